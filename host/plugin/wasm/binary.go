package wasm

// Identifiers of a module's sections (WebAssembly core specification 2.0, 5.5.2).
const (
	sectionCustom    = 0
	sectionType      = 1
	sectionImport    = 2
	sectionFunction  = 3
	sectionTable     = 4
	sectionMemory    = 5
	sectionGlobal    = 6
	sectionExport    = 7
	sectionStart     = 8
	sectionElement   = 9
	sectionCode      = 10
	sectionData      = 11
	sectionDataCount = 12
)

// Types (5.3) that package api of wazero does not have.
const (
	typeFunction = 0x60
	typeFuncref  = 0x70
	typeV128     = 0x7b
)

// Instructions of constant expressions (5.4).
const (
	opEnd       = 0x0b
	opGlobalGet = 0x23
	opI32Const  = 0x41
	opI64Const  = 0x42
	opF32Const  = 0x43
	opF64Const  = 0x44
	opRefNull   = 0xd0
	opRefFunc   = 0xd2
	opVector    = 0xfd // then its number
	opV128Const = 12
)
