//! Messages: batches in, answers out.

use crate::{Batch, Bytes, Col, Declared, Field, Kind, Manifest, Opening, Value, ABI};
use std::marker::PhantomData;

/// Reads a message. Nothing is read beyond its end: an error says that it is malformed.
pub struct Reader<'a> {
    all: &'a [u8],
    at: usize,
    end: usize, // of the section, or of the message
}

type Result<T> = std::result::Result<T, String>;

const MALFORMED: &str = "malformed message";

impl<'a> Reader<'a> {
    fn new(all: &'a [u8], kind: u16) -> Result<Self> {
        let mut r = Reader { all, at: 0, end: all.len() };
        let (size, version, is) = (r.number::<u32>()? as usize, r.number::<u16>()?, r.number::<u16>()?);
        if size > all.len() || version != ABI || is != kind {
            return Err(MALFORMED.into());
        }
        r.end = size;
        r.all = &all[..size];
        Ok(r)
    }
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        if n > self.end - self.at {
            return Err(MALFORMED.into());
        }
        self.at += n;
        Ok(&self.all[self.at - n..self.at])
    }
    fn number<T: Value>(&mut self) -> Result<T> {
        Ok(T::from_bytes(self.take(T::WIDTH)?))
    }
    fn align(&mut self, n: usize) -> Result<()> {
        self.take(self.at.wrapping_neg() & (n - 1)).map(|_| ())
    }
    fn text(&mut self) -> Result<String> {
        let n = self.number::<u32>()? as usize;
        let text = String::from_utf8_lossy(self.take(n)?).into_owned();
        self.align(4)?;
        Ok(text)
    }
    /// Reads the section with a tag, if it is next.
    fn section<T: Default>(&mut self, tag: u16, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.at == self.end || u16::from_bytes(&self.all[self.at..self.at + 2]) != tag {
            return Ok(T::default());
        }
        self.take(4)?;
        let n = self.number::<u32>()? as usize;
        let whole = self.end;
        if n > whole - self.at {
            return Err(MALFORMED.into());
        }
        self.end = self.at + n;
        let found = read(self)?;
        if self.at != self.end {
            return Err(MALFORMED.into());
        }
        self.end = whole;
        self.align(8)?;
        Ok(found)
    }
    fn column(&mut self, n: usize, width: usize) -> Result<Raw<'a>> {
        self.align(8)?;
        let size = |n: usize, width: usize| n.checked_mul(width).ok_or_else(|| MALFORMED.to_string());
        if width > 0 {
            return Ok(Raw { width, data: self.take(size(n, width)?)?, ends: Vec::new() });
        }
        let lengths = self.take(size(n, 4)?)?;
        let (mut ends, mut end) = (Vec::with_capacity(n), 0usize);
        for l in lengths.chunks(4) {
            end = end.checked_add(u32::from_bytes(l) as usize).ok_or(MALFORMED)?;
            ends.push(end);
        }
        Ok(Raw { width, data: self.take(end)?, ends })
    }
}

#[derive(Default, Clone)]
struct Raw<'a> {
    width: usize,
    data: &'a [u8],
    ends: Vec<usize>, // if values have no fixed width
}

impl<'a> Raw<'a> {
    fn bytes(&self, i: usize) -> &'a [u8] {
        if self.width > 0 {
            return &self.data[i * self.width..(i + 1) * self.width];
        }
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.data[start..self.ends[i]]
    }
}

/// The values of a field, a row each.
pub struct Column<'a, T> {
    raw: Raw<'a>,
    kind: PhantomData<T>,
}

impl<'a, T: Value> Column<'a, T> {
    /// Returns the value of a row.
    pub fn get(&self, row: usize) -> T {
        T::from_bytes(self.raw.bytes(row))
    }
}

impl<'a> Column<'a, Bytes> {
    /// Returns the bytes of a row.
    pub fn bytes(&self, row: usize) -> &'a [u8] {
        self.raw.bytes(row)
    }
}

/// Rows of packets, of begins, or of flow ends.
#[derive(Default)]
pub struct Rows<'a> {
    n: usize,
    slot: Raw<'a>,
    before: Raw<'a>,
    place: Raw<'a>,
    columns: Vec<(&'static str, Raw<'a>)>,
}

impl<'a> Rows<'a> {
    fn read(r: &mut Reader<'a>, events: bool, fields: &[Declared], others: &[(&'static str, usize, &'static str)]) -> Result<Self> {
        let n = r.number::<u32>()? as usize;
        r.number::<u32>()?;
        let mut rows = Rows { n, slot: r.column(n, 4)?, ..Default::default() };
        if events {
            rows.before = r.column(n, 4)?;
            rows.place = r.column(n, 4)?;
        }
        for f in fields {
            rows.columns.push((f.name, r.column(n, f.width)?));
        }
        for c in others {
            rows.columns.push((c.0, r.column(n, c.1)?));
        }
        Ok(rows)
    }
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.n
    }
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }
    /// Returns the flow of a row.
    pub fn slot(&self, row: usize) -> usize {
        u32::from_bytes(self.slot.bytes(row)) as usize
    }
    /// Returns how many packet rows come before a begin or an end.
    pub fn before(&self, row: usize) -> usize {
        u32::from_bytes(self.before.bytes(row)) as usize
    }
    /// Returns the place of a begin or an end among all events of the batch.
    pub fn place(&self, row: usize) -> u32 {
        u32::from_bytes(self.place.bytes(row))
    }
    fn named(&self, name: &str) -> Raw<'a> {
        match self.columns.iter().find(|c| c.0 == name) {
            Some(c) => c.1.clone(),
            None if self.n == 0 => Raw::default(),
            None => panic!("{} is read and not declared in the manifest", name),
        }
    }
    /// Returns the values of a field. It panics if the manifest does not declare it.
    pub fn get<T: Kind>(&self, f: &Field<T>) -> Column<'a, T> {
        Column { raw: self.named(f.name), kind: PhantomData }
    }
    /// Returns the values of another plugin's column. It panics if the manifest does not declare it.
    pub fn read_column<T: Kind>(&self, c: &Col<T>) -> Column<'a, T> {
        Column { raw: self.named(c.name), kind: PhantomData }
    }
}

pub(crate) fn read_opening(msg: &[u8]) -> Result<Opening> {
    let mut r = Reader::new(msg, 3)?;
    r.section(1, |r| {
        r.number::<i64>()?;
        r.text()?;
        r.text().map(|_| ())
    })?;
    let settings = r.section(2, |r| {
        let n = r.number::<u32>()?;
        r.number::<u32>()?;
        (0..n).map(|_| Ok((r.text()?, r.text()?))).collect::<Result<Vec<_>>>()
    })?;
    Ok(Opening { settings }) // what follows is for plugins that read all columns, or files
}

#[derive(Default)]
struct Header {
    time: i64,
    flags: u32,
    run: (u64, u64),
}

pub(crate) fn read_batch<'a>(msg: &'a [u8], m: &Manifest) -> Result<Batch<'a>> {
    let mut r = Reader::new(msg, 1)?;
    let h = r.section(1, |r| {
        r.take(24)?; // the numbers of the batch and of its frames
        let (time, flags) = (r.number()?, r.number()?);
        r.number::<u32>()?;
        Ok(Header { time, flags, run: (r.number()?, r.number()?) })
    })?;
    let packets = r.section(2, |r| Rows::read(r, false, &m.packets, &[]))?;
    let starts = r.section(3, |r| Rows::read(r, true, m.starts.as_deref().unwrap_or(&[]), &[]))?;
    let ends = r.section(4, |r| Rows::read(r, true, m.ends.as_deref().unwrap_or(&[]), &m.read))?;
    if r.at != r.end {
        return Err(MALFORMED.into());
    }
    Ok(Batch { time: h.time, last: h.flags & 1 != 0, run: h.run, starts, packets, ends })
}

/// The answer to a batch.
pub struct Answer<'m> {
    manifest: &'m Manifest,
    ends: usize,
    columns: Vec<Vec<u8>>,      // with a fixed width, all zero at first
    texts: Vec<Vec<Vec<u8>>>,   // without one
    frames: Vec<(u16, Vec<u8>)>,
    lines: [Vec<String>; 3], // summary, report, log
    error: Option<(bool, String)>,
}

impl<'m> Answer<'m> {
    pub(crate) fn new(manifest: &'m Manifest, ends: usize) -> Self {
        let columns = manifest.own.iter().map(|c| vec![0; c.1 * ends]).collect();
        let texts = manifest.own.iter().map(|c| if c.1 == 0 { vec![Vec::new(); ends] } else { Vec::new() }).collect();
        Answer { manifest, ends, columns, texts, frames: Vec::new(), lines: Default::default(), error: None }
    }
    fn own(&self, name: &str) -> usize {
        self.manifest.own.iter().position(|c| c.0 == name).unwrap_or_else(|| panic!("column {} is written and not declared in the manifest", name))
    }
    /// Puts the value of a flow end. Those that are not put are zero.
    pub fn put<T: Value>(&mut self, c: &Col<T>, row: usize, value: T) {
        let i = self.own(c.name);
        value.to_bytes(&mut self.columns[i][row * T::WIDTH..(row + 1) * T::WIDTH])
    }
    /// Puts the text of a flow end. Those that are not put are empty.
    pub fn put_text(&mut self, c: &Col<Bytes>, row: usize, text: &[u8]) {
        let i = self.own(c.name);
        self.texts[i][row] = text.to_vec()
    }
    /// Sends bytes to an outlet. It panics if the manifest does not declare it.
    pub fn send(&mut self, outlet: &str, frame: impl Into<Vec<u8>>) {
        let i = self.manifest.outlets.iter().position(|o| *o == outlet).unwrap_or_else(|| panic!("outlet {} is not declared in the manifest", outlet));
        self.frames.push((i as u16, frame.into()))
    }
    /// Adds a line to the report that answers the user's question. Report only in the last batch.
    pub fn summary(&mut self, line: impl Into<String>) {
        self.lines[0].push(line.into())
    }
    /// Adds a line to the long form of the report.
    pub fn report(&mut self, line: impl Into<String>) {
        self.lines[1].push(line.into())
    }
    /// Shows a line to the user at once.
    pub fn log(&mut self, line: impl Into<String>) {
        self.lines[2].push(line.into())
    }
    pub(crate) fn refuse(&mut self, why: &str) {
        self.error = Some((true, why.into()))
    }
    pub(crate) fn fail(&mut self, why: &str) {
        self.error = Some((false, why.into()))
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let mut w = Writer(vec![0; 4]);
        w.number(ABI);
        w.number(2u16);
        if let Some((refused, why)) = self.error {
            w.section(7, |w| {
                w.number(refused as u32);
                w.number(0u32); // the event is not known
                w.0.extend(if why.is_empty() { b"an error without a text" } else { why.as_bytes() });
            });
        } else {
            self.sections(&mut w);
        }
        let size = w.0.len() as u32;
        size.to_bytes(&mut w.0[..4]);
        w.0
    }

    fn sections(self, w: &mut Writer) {
        if self.ends > 0 && !self.columns.is_empty() {
            w.list(1, self.ends, |w| {
                for (fixed, texts) in self.columns.iter().zip(&self.texts) {
                    w.pad(8);
                    texts.iter().for_each(|t| w.number(t.len() as u32));
                    texts.iter().for_each(|t| w.0.extend(t));
                    w.0.extend(fixed);
                }
            });
        }
        w.list(3, self.frames.len(), |w| {
            for (outlet, frame) in &self.frames {
                w.number(*outlet);
                w.number(0u16);
                w.bytes(frame);
            }
        });
        for (i, lines) in self.lines.iter().enumerate() {
            w.list(4 + i as u16, lines.len(), |w| lines.iter().for_each(|l| w.bytes(l.as_bytes())));
        }
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn number<T: Value>(&mut self, v: T) {
        let at = self.0.len();
        self.0.resize(at + T::WIDTH, 0);
        v.to_bytes(&mut self.0[at..])
    }
    fn pad(&mut self, n: usize) {
        while self.0.len() % n != 0 {
            self.0.push(0)
        }
    }
    fn bytes(&mut self, b: &[u8]) {
        self.number(b.len() as u32);
        self.0.extend(b);
        self.pad(4)
    }
    fn section(&mut self, tag: u16, write: impl FnOnce(&mut Self)) {
        self.number(tag);
        self.number(0u16);
        self.number(0u32);
        let body = self.0.len();
        write(self);
        let size = (self.0.len() - body) as u32;
        size.to_bytes(&mut self.0[body - 4..body]);
        self.pad(8)
    }
    fn list(&mut self, tag: u16, n: usize, write: impl FnOnce(&mut Self)) {
        if n > 0 {
            self.section(tag, |w| {
                w.number(n as u32);
                w.number(0u32);
                write(w)
            })
        }
    }
}

/// Returns a number as reports show it: "46136 (46.14 K)" from 1024 on.
pub fn count(n: u64) -> String {
    if n < 1024 {
        return n.to_string();
    }
    let (mut unit, mut over, mut u) = (0, 1000.0, n / 1024);
    while u >= 1024 {
        unit += 1;
        over *= 1000.0;
        u /= 1024
    }
    format!("{} ({:.2} {})", n, n as f64 / over, ["K", "M", "G", "T", "P", "E"][unit])
}
