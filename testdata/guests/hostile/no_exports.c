// Is no plugin at all.
__attribute__((export_name("main"))) int hello(void) { return 42; }
