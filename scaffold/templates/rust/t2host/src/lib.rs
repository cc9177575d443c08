//! What a plugin of t2host in Rust needs: a manifest, the batches that come in, and the answers that go out. The bytes are
//! those of t2host's ABI (sdk/wire/ABI.md in its repository); tables, rows of outlets and columns of packets are not in here.
//!
//! A plugin implements [`Plugin`] and is exported with [`export!`].

pub mod fields;
mod message;

use std::marker::PhantomData;
pub use message::{count, Answer, Column, Reader, Rows};

/// The version of the ABI.
pub const ABI: u16 = 2;

/// An address: a byte 4, 6, or 0 for none, then 16 bytes, of which IPv4 uses the first 4.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ip(pub [u8; 17]);

impl std::fmt::Display for Ip {
    /// As t2host shows it: "192.0.2.1", "2001:db8::1", "-" where there is none.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let mut all = [0; 16];
        all.copy_from_slice(&self.0[1..]);
        match self.0[0] {
            4 => std::net::Ipv4Addr::new(all[0], all[1], all[2], all[3]).fmt(f),
            6 => std::net::Ipv6Addr::from(all).fmt(f),
            _ => f.write_str("-"),
        }
    }
}

/// A MAC address.
pub type Mac = [u8; 6];

/// A value without a fixed width: a text, or the values of a list as they are in messages.
pub struct Bytes;

/// A field of packets, or of begins or ends of flows: see [`fields`].
pub struct Field<T> {
    pub(crate) name: &'static str,
    pub(crate) order: u8,
    kind: PhantomData<T>,
}

impl<T> Field<T> {
    pub(crate) const fn new(name: &'static str, order: u8) -> Self {
        Field { name, order, kind: PhantomData }
    }
}

/// A field as a manifest declares it.
#[derive(Clone, Copy)]
pub struct Declared {
    name: &'static str,
    order: u8,
    width: usize, // of a value, 0 if it has no fixed one
}

impl<T: Kind> Field<T> {
    /// Declares the field in a [`Manifest`].
    pub const fn read(&self) -> Declared {
        Declared { name: self.name, order: self.order, width: T::WIDTH }
    }
}

/// A type of values.
pub trait Kind {
    /// The bytes of a value; 0 if it has no fixed width.
    const WIDTH: usize;
    /// Its name in manifests.
    const NAME: &'static str;
}

/// A type of values that have a width.
pub trait Value: Kind + Copy {
    fn from_bytes(b: &[u8]) -> Self;
    fn to_bytes(self, to: &mut [u8]);
}

macro_rules! numbers {
    ($($t:ty: $name:literal),*) => {$(
        impl Kind for $t {
            const WIDTH: usize = std::mem::size_of::<$t>();
            const NAME: &'static str = $name;
        }
        impl Value for $t {
            fn from_bytes(b: &[u8]) -> Self {
                let mut all = [0; std::mem::size_of::<$t>()];
                all.copy_from_slice(b);
                <$t>::from_le_bytes(all)
            }
            fn to_bytes(self, to: &mut [u8]) {
                to.copy_from_slice(&self.to_le_bytes())
            }
        }
    )*};
}
numbers!(u8: "u8", u16: "u16", u32: "u32", u64: "u64", i32: "", i64: "i64", f32: "f32", f64: "f64");

impl Kind for Ip {
    const WIDTH: usize = 17;
    const NAME: &'static str = "ip";
}
impl Value for Ip {
    fn from_bytes(b: &[u8]) -> Self {
        let mut all = [0; 17];
        all.copy_from_slice(b);
        Ip(all)
    }
    fn to_bytes(self, to: &mut [u8]) {
        to.copy_from_slice(&self.0)
    }
}
impl Kind for Mac {
    const WIDTH: usize = 6;
    const NAME: &'static str = "mac";
}
impl Value for Mac {
    fn from_bytes(b: &[u8]) -> Self {
        let mut all = [0; 6];
        all.copy_from_slice(b);
        all
    }
    fn to_bytes(self, to: &mut [u8]) {
        to.copy_from_slice(&self)
    }
}
impl Kind for Bytes {
    const WIDTH: usize = 0;
    const NAME: &'static str = "text";
}

/// A column of the plugin's own, or of another plugin that it reads, then named "plugin.column".
pub struct Col<T> {
    pub(crate) name: &'static str,
    kind: PhantomData<T>,
}

impl<T: Kind> Col<T> {
    pub const fn new(name: &'static str) -> Self {
        Col { name, kind: PhantomData }
    }
}

/// What a plugin declares.
#[derive(Default)]
pub struct Manifest {
    head: String,
    lists: [Vec<String>; 4], // settings, requires, outlets, columns
    rows: Option<&'static str>,
    pub(crate) packets: Vec<Declared>,
    pub(crate) starts: Option<Vec<Declared>>,
    pub(crate) ends: Option<Vec<Declared>>,
    pub(crate) read: Vec<(&'static str, usize, &'static str)>, // columns of others: name, width, type
    pub(crate) own: Vec<(&'static str, usize)>,
    pub(crate) outlets: Vec<&'static str>,
    payload: u32,
    state: u32,
}

fn quoted(s: &str) -> String {
    let mut t = String::from("\"");
    for c in s.chars() {
        match c {
            '"' | '\\' => t.extend(['\\', c]),
            c if c < ' ' => t += &format!("\\u{:04x}", c as u32),
            c => t.push(c),
        }
    }
    t.push('"');
    t
}

fn sorted(fields: &[Declared]) -> Vec<Declared> {
    let mut list = fields.to_vec();
    list.sort_by_key(|f| f.order); // as they are in messages
    list
}

impl Manifest {
    /// Begins the manifest of a plugin. Of sinks the number is 900 or more.
    pub fn new(name: &str, number: u16, version: &str, doc: &str) -> Self {
        let head = format!("\"name\":{},\"number\":{},\"version\":{},\"doc\":{}", quoted(name), number, quoted(version), quoted(doc));
        Manifest { head, ..Default::default() }
    }
    /// Adds a setting that is a text.
    pub fn text(mut self, name: &str, default: &str, doc: &str) -> Self {
        self.lists[0].push(format!("{{\"name\":{},\"kind\":\"text\",\"default\":{},\"doc\":{}}}", quoted(name), quoted(default), quoted(doc)));
        self
    }
    /// Adds a setting that is a number from min to max.
    pub fn number(mut self, name: &str, default: u64, min: u64, max: u64, unit: &str, doc: &str) -> Self {
        self.lists[0].push(format!(
            "{{\"name\":{},\"kind\":\"number\",\"default\":\"{}\",\"min\":{},\"max\":{},\"unit\":{},\"doc\":{}}}",
            quoted(name), default, min, max, quoted(unit), quoted(doc)
        ));
        self
    }
    /// Requires another plugin, in versions such as "^1".
    pub fn requires(mut self, name: &str, versions: &str) -> Self {
        self.lists[1].push(format!("{{\"name\":{},\"versions\":{}}}", quoted(name), quoted(versions)));
        self
    }
    /// Reads the fields of TCP packets that have a flow.
    pub fn tcp(mut self, fields: &[Declared]) -> Self {
        self.rows = Some("tcp");
        self.packets = sorted(fields);
        self
    }
    /// Reads the fields of all packets that have a flow.
    pub fn all(mut self, fields: &[Declared]) -> Self {
        self.rows = Some("all");
        self.packets = sorted(fields);
        self
    }
    /// Tells how many bytes of each packet's payload are read, if that field is.
    pub fn payload(mut self, bytes: u32) -> Self {
        self.payload = bytes;
        self
    }
    /// Reads the fields of flows that begin.
    pub fn starts(mut self, fields: &[Declared]) -> Self {
        self.starts = Some(sorted(fields));
        self
    }
    /// Reads the fields of flow ends.
    pub fn ends(mut self, fields: &[Declared]) -> Self {
        self.ends = Some(sorted(fields));
        self
    }
    /// Reads a column of another plugin at flow ends.
    pub fn reads<T: Kind>(mut self, c: &Col<T>) -> Self {
        self.read.push((c.name, T::WIDTH, T::NAME));
        self
    }
    /// Adds a column to flow records. It requires flow ends.
    pub fn column<T: Kind>(mut self, c: &Col<T>, doc: &str) -> Self {
        self.own.push((c.name, T::WIDTH));
        self.lists[3].push(format!("{{\"name\":{},\"type\":{},\"doc\":{}}}", quoted(c.name), quoted(T::NAME), quoted(doc)));
        self
    }
    /// Adds a file: the run's prefix and what the setting says.
    pub fn file(mut self, outlet: &'static str, setting: &str) -> Self {
        self.outlets.push(outlet);
        self.lists[2].push(format!("{{\"name\":{},\"kind\":\"file\",\"setting\":{}}}", quoted(outlet), quoted(setting)));
        self
    }
    /// Tells how many bytes the plugin keeps of each live flow, by which it is granted memory.
    pub fn state(mut self, bytes: u32) -> Self {
        self.state = bytes;
        self
    }

    #[doc(hidden)]
    pub fn json(&self) -> String {
        let names = |fields: &[Declared]| fields.iter().map(|f| quoted(f.name)).collect::<Vec<_>>().join(",");
        let mut text = format!("{{\"abi\":{},\"plugins\":[{{{}", ABI, self.head);
        for (i, name) in ["settings", "requires", "outlets", "columns"].iter().enumerate() {
            if !self.lists[i].is_empty() {
                text += &format!(",\"{}\":[{}]", name, self.lists[i].join(","));
            }
        }
        if let Some(rows) = self.rows {
            text += &format!(",\"packets\":{{\"rows\":\"{}\",\"fields\":[{}]", rows, names(&self.packets));
            if self.payload > 0 {
                text += &format!(",\"payload\":{}", self.payload);
            }
            text.push('}');
        }
        if let Some(fields) = &self.starts {
            text += &format!(",\"starts\":{{\"fields\":[{}]}}", names(fields));
        }
        if let Some(fields) = &self.ends {
            let columns: Vec<_> = self.read.iter().map(|c| format!("{{\"name\":{},\"type\":{}}}", quoted(c.0), quoted(c.2))).collect();
            text += &format!(",\"ends\":{{\"fields\":[{}],\"columns\":[{}]}}", names(fields), columns.join(","));
        }
        if self.state > 0 {
            text += &format!(",\"state\":{}", self.state);
        }
        text + "}]}"
    }
}

/// What comes with open.
pub struct Opening {
    /// The settings, with their values.
    pub settings: Vec<(String, String)>,
}

impl Opening {
    /// Returns the value of a setting.
    pub fn get(&self, name: &str) -> &str {
        self.settings.iter().find(|s| s.0 == name).map_or("", |s| &s.1)
    }
}

/// A batch of events. A slot names a flow, one direction, while it lives; slots are small, and used again.
pub struct Batch<'a> {
    /// The packet time of its last frame, nanoseconds since 1970 UTC.
    pub time: i64,
    /// It is the last of the run: send what is left, and report.
    pub last: bool,
    /// The packets and captured bytes of the run, in the last batch.
    pub run: (u64, u64),
    /// The begins of flows. They may be read before all packets, if a packet touches the state of its own flow only.
    pub starts: Rows<'a>,
    pub packets: Rows<'a>,
    /// Flow ends. Ends and begins have the number of packet rows that come before them.
    pub ends: Rows<'a>,
}

/// A plugin.
pub trait Plugin: Sized {
    /// Declares the plugin. It must return the same each time.
    fn manifest() -> Manifest;
    /// Opens the plugin. An error refuses the run.
    fn open(o: &Opening) -> Result<Self, String>;
    /// Works on a batch. An error ends the run.
    fn batch(&mut self, b: &Batch, answer: &mut Answer) -> Result<(), String>;
}

/// A loaded plugin, for [`export!`].
#[doc(hidden)]
pub struct Loaded<P> {
    manifest: Manifest,
    input: Vec<u8>,
    output: Vec<u8>,
    plugin: Option<P>,
}

#[cfg(target_arch = "wasm32")]
#[link(wasm_import_module = "t2host")]
extern "C" {
    fn log(address: *const u8, length: usize);
}

/// Shows a line to the user.
#[cfg(target_arch = "wasm32")]
pub fn log_line(line: &str) {
    unsafe { log(line.as_ptr(), line.len()) }
}

/// Shows a line to the user.
#[cfg(not(target_arch = "wasm32"))]
pub fn log_line(line: &str) {
    eprintln!("{}", line)
}

fn address(b: &[u8]) -> u64 {
    (b.len() as u64) << 32 | b.as_ptr() as usize as u64
}

impl<P: Plugin> Loaded<P> {
    pub fn new() -> Self {
        std::panic::set_hook(Box::new(|p| log_line(&p.to_string()))); // the module traps after it
        Loaded { manifest: P::manifest(), input: Vec::new(), output: Vec::new(), plugin: None }
    }
    pub fn describe(&mut self) -> u64 {
        self.output = self.manifest.json().into_bytes();
        address(&self.output)
    }
    pub fn room(&mut self, size: u32) -> *mut u8 {
        self.input.resize(self.input.len().max(size as usize), 0);
        self.input.as_mut_ptr()
    }
    pub fn open(&mut self, size: u32) -> u64 {
        let opened = message::read_opening(&self.input[..size as usize]).and_then(|o| P::open(&o));
        let mut a = Answer::new(&self.manifest, 0);
        match opened {
            Ok(p) => self.plugin = Some(p),
            Err(why) => a.refuse(&why),
        }
        self.reply(a.finish())
    }
    pub fn batch(&mut self, size: u32) -> u64 {
        let (plugin, manifest) = (&mut self.plugin, &self.manifest);
        let answered = message::read_batch(&self.input[..size as usize], manifest).and_then(|b| {
            let mut a = Answer::new(manifest, b.ends.len());
            plugin.as_mut().ok_or("the plugin is not open")?.batch(&b, &mut a)?;
            Ok(a.finish())
        });
        let message = answered.unwrap_or_else(|why| {
            let mut a = Answer::new(manifest, 0);
            a.fail(&why);
            a.finish()
        });
        self.reply(message)
    }
    pub fn close(&mut self) -> u64 {
        self.plugin = None;
        let message = Answer::new(&self.manifest, 0).finish();
        self.reply(message)
    }
    fn reply(&mut self, message: Vec<u8>) -> u64 {
        self.output = message;
        address(&self.output)
    }
}

/// Exports the functions that t2host calls, for a type that is a [`Plugin`].
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        static mut LOADED: Option<$crate::Loaded<$plugin>> = None;
        fn loaded() -> &'static mut $crate::Loaded<$plugin> {
            // A module has one thread, and is called one call at a time.
            unsafe { (*std::ptr::addr_of_mut!(LOADED)).get_or_insert_with($crate::Loaded::new) }
        }
        #[no_mangle]
        pub extern "C" fn t2host_abi() -> u32 {
            $crate::ABI as u32
        }
        #[no_mangle]
        pub extern "C" fn t2host_describe() -> u64 {
            loaded().describe()
        }
        #[no_mangle]
        pub extern "C" fn t2host_in(size: u32) -> *mut u8 {
            loaded().room(size)
        }
        #[no_mangle]
        pub extern "C" fn t2host_open(size: u32) -> u64 {
            loaded().open(size)
        }
        #[no_mangle]
        pub extern "C" fn t2host_batch(size: u32) -> u64 {
            loaded().batch(size)
        }
        #[no_mangle]
        pub extern "C" fn t2host_close() -> u64 {
            loaded().close()
        }
    };
}
