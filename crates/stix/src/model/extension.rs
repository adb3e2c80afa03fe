//! Predefined extensions of cyber-observable objects, §6, and the parts of their values.

use super::{
    FLOAT, Format, INTEGER, INTEGER_OR_STRING, Kind, NATURAL, Rule, STRING_DICTIONARY,
    STRING_LIST_DICTIONARY, STRINGS, Shape, optional, required, to,
};
use crate::vocab::core::{
    NETWORK_SOCKET_ADDRESS_FAMILY, NETWORK_SOCKET_TYPE, WINDOWS_INTEGRITY_LEVEL,
    WINDOWS_PEBINARY_TYPE, WINDOWS_SERVICE_START_TYPE, WINDOWS_SERVICE_STATUS,
    WINDOWS_SERVICE_TYPE,
};

/// The extensions that the standard defines, each with the type of its objects.
pub const PREDEFINED: &[(&str, &Shape)] = &[
    ("file", &ARCHIVE_EXT),
    ("file", &NTFS_EXT),
    ("file", &PDF_EXT),
    ("file", &RASTER_IMAGE_EXT),
    ("file", &WINDOWS_PEBINARY_EXT),
    ("network-traffic", &HTTP_REQUEST_EXT),
    ("network-traffic", &ICMP_EXT),
    ("network-traffic", &SOCKET_EXT),
    ("network-traffic", &TCP_EXT),
    ("process", &WINDOWS_PROCESS_EXT),
    ("process", &WINDOWS_SERVICE_EXT),
    ("user-account", &UNIX_ACCOUNT_EXT),
];

/// §6.7.2.
pub const ARCHIVE_EXT: Shape = Shape {
    name: "archive-ext",
    section: "STIX 2.1 §6.7.2",
    properties: &[
        required("contains_refs", Kind::List(&to(&["file", "directory"]))),
        optional("comment", Kind::String),
    ],
    rules: &[],
};

/// §6.7.3.
pub const NTFS_EXT: Shape = Shape {
    name: "ntfs-ext",
    section: "STIX 2.1 §6.7.3",
    properties: &[
        optional("sid", Kind::String),
        optional(
            "alternate_data_streams",
            Kind::List(&Kind::Object(&ALTERNATE_DATA_STREAM)),
        ),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.7.4.
pub const PDF_EXT: Shape = Shape {
    name: "pdf-ext",
    section: "STIX 2.1 §6.7.4",
    properties: &[
        optional("version", Kind::String),
        optional("is_optimized", Kind::Boolean),
        optional("document_info_dict", STRING_DICTIONARY),
        optional("pdfid0", Kind::String),
        optional("pdfid1", Kind::String),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.7.5.
pub const RASTER_IMAGE_EXT: Shape = Shape {
    name: "raster-image-ext",
    section: "STIX 2.1 §6.7.5",
    properties: &[
        optional("image_height", INTEGER),
        optional("image_width", INTEGER),
        optional("bits_per_pixel", INTEGER),
        optional("exif_tags", Kind::Dictionary(&INTEGER_OR_STRING)),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.7.6.
pub const WINDOWS_PEBINARY_EXT: Shape = Shape {
    name: "windows-pebinary-ext",
    section: "STIX 2.1 §6.7.6",
    properties: &[
        required("pe_type", Kind::Term(&WINDOWS_PEBINARY_TYPE)),
        optional("imphash", Kind::String),
        optional("machine_hex", Kind::Hex),
        optional("number_of_sections", INTEGER),
        optional("time_date_stamp", Kind::Timestamp),
        optional("pointer_to_symbol_table_hex", Kind::Hex),
        optional("number_of_symbols", INTEGER),
        optional("size_of_optional_header", NATURAL),
        optional("characteristics_hex", Kind::Hex),
        optional("file_header_hashes", Kind::Hashes),
        optional("optional_header", Kind::Object(&PE_OPTIONAL_HEADER)),
        optional("sections", Kind::List(&Kind::Object(&PE_SECTION))),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &["pe_type"] }],
};

/// §6.12.2.
pub const HTTP_REQUEST_EXT: Shape = Shape {
    name: "http-request-ext",
    section: "STIX 2.1 §6.12.2",
    properties: &[
        required("request_method", Kind::String),
        required("request_value", Kind::String),
        optional("request_version", Kind::String),
        optional("request_header", STRING_LIST_DICTIONARY),
        optional("message_body_length", INTEGER),
        optional("message_body_data_ref", to(&["artifact"])),
    ],
    rules: &[],
};

/// §6.12.3.
pub const ICMP_EXT: Shape = Shape {
    name: "icmp-ext",
    section: "STIX 2.1 §6.12.3",
    properties: &[
        required("icmp_type_hex", Kind::Hex),
        required("icmp_code_hex", Kind::Hex),
    ],
    rules: &[],
};

/// §6.12.4.
pub const SOCKET_EXT: Shape = Shape {
    name: "socket-ext",
    section: "STIX 2.1 §6.12.4",
    properties: &[
        required("address_family", Kind::Term(&NETWORK_SOCKET_ADDRESS_FAMILY)),
        optional("is_blocking", Kind::Boolean),
        optional("is_listening", Kind::Boolean),
        optional("options", Kind::Dictionary(&INTEGER)),
        optional("socket_type", Kind::Term(&NETWORK_SOCKET_TYPE)),
        optional("socket_descriptor", INTEGER),
        optional("socket_handle", INTEGER),
    ],
    rules: &[],
};

/// §6.12.5.
pub const TCP_EXT: Shape = Shape {
    name: "tcp-ext",
    section: "STIX 2.1 §6.12.5",
    properties: &[
        optional("src_flags_hex", Kind::Hex),
        optional("dst_flags_hex", Kind::Hex),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.13.2.
pub const WINDOWS_PROCESS_EXT: Shape = Shape {
    name: "windows-process-ext",
    section: "STIX 2.1 §6.13.2",
    properties: &[
        optional("aslr_enabled", Kind::Boolean),
        optional("dep_enabled", Kind::Boolean),
        optional("priority", Kind::Text(Format::PriorityClass)),
        optional("owner_sid", Kind::String),
        optional("window_title", Kind::String),
        optional("startup_info", STRING_DICTIONARY),
        optional("integrity_level", Kind::Term(&WINDOWS_INTEGRITY_LEVEL)),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.13.3.
pub const WINDOWS_SERVICE_EXT: Shape = Shape {
    name: "windows-service-ext",
    section: "STIX 2.1 §6.13.3",
    properties: &[
        optional("service_name", Kind::String),
        optional("descriptions", STRINGS),
        optional("display_name", Kind::String),
        optional("group_name", Kind::String),
        optional("start_type", Kind::Term(&WINDOWS_SERVICE_START_TYPE)),
        optional("service_dll_refs", Kind::List(&to(&["file"]))),
        optional("service_type", Kind::Term(&WINDOWS_SERVICE_TYPE)),
        optional("service_status", Kind::Term(&WINDOWS_SERVICE_STATUS)),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.16.2.
pub const UNIX_ACCOUNT_EXT: Shape = Shape {
    name: "unix-account-ext",
    section: "STIX 2.1 §6.16.2",
    properties: &[
        optional("gid", INTEGER),
        optional("groups", STRINGS),
        optional("home_dir", Kind::String),
        optional("shell", Kind::String),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.7.3.2.
pub const ALTERNATE_DATA_STREAM: Shape = Shape {
    name: "alternate-data-stream-type",
    section: "STIX 2.1 §6.7.3.2",
    properties: &[
        required("name", Kind::String),
        optional("hashes", Kind::Hashes),
        optional("size", NATURAL),
    ],
    rules: &[],
};

/// §6.7.6.2.
pub const PE_OPTIONAL_HEADER: Shape = Shape {
    name: "windows-pe-optional-header-type",
    section: "STIX 2.1 §6.7.6.2",
    properties: &[
        optional("magic_hex", Kind::Hex),
        optional("major_linker_version", INTEGER),
        optional("minor_linker_version", INTEGER),
        optional("size_of_code", NATURAL),
        optional("size_of_initialized_data", NATURAL),
        optional("size_of_uninitialized_data", INTEGER),
        optional("address_of_entry_point", INTEGER),
        optional("base_of_code", INTEGER),
        optional("base_of_data", INTEGER),
        optional("image_base", INTEGER),
        optional("section_alignment", INTEGER),
        optional("file_alignment", INTEGER),
        optional("major_os_version", INTEGER),
        optional("minor_os_version", INTEGER),
        optional("major_image_version", INTEGER),
        optional("minor_image_version", INTEGER),
        optional("major_subsystem_version", INTEGER),
        optional("minor_subsystem_version", INTEGER),
        optional("win32_version_value_hex", Kind::Hex),
        optional("size_of_image", NATURAL),
        optional("size_of_headers", NATURAL),
        optional("checksum_hex", Kind::Hex),
        optional("subsystem_hex", Kind::Hex),
        optional("dll_characteristics_hex", Kind::Hex),
        optional("size_of_stack_reserve", NATURAL),
        optional("size_of_stack_commit", NATURAL),
        optional("size_of_heap_reserve", NATURAL),
        optional("size_of_heap_commit", NATURAL),
        optional("loader_flags_hex", Kind::Hex),
        optional("number_of_rva_and_sizes", INTEGER),
        optional("hashes", Kind::Hashes),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.7.6.3.
pub const PE_SECTION: Shape = Shape {
    name: "windows-pe-section-type",
    section: "STIX 2.1 §6.7.6.3",
    properties: &[
        required("name", Kind::String),
        optional("size", NATURAL),
        optional("entropy", FLOAT),
        optional("hashes", Kind::Hashes),
    ],
    rules: &[],
};
