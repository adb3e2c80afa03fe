//! Cyber-observable objects, §6, and the parts of their values.

use super::{
    Format, INTEGER, INTEGER_OR_STRING, Is, Kind, NATURAL, PORT, Presence, Rule, STRING_DICTIONARY,
    STRING_LIST_DICTIONARY, STRINGS, Shape, Targets, optional, required, to,
};
use crate::vocab::core::{ACCOUNT_TYPE, ENCRYPTION_ALGORITHM, WINDOWS_REGISTRY_DATATYPE};

/// The observables.
pub const SHAPES: &[&Shape] = &[
    &ARTIFACT,
    &AUTONOMOUS_SYSTEM,
    &DIRECTORY,
    &DOMAIN_NAME,
    &EMAIL_ADDR,
    &EMAIL_MESSAGE,
    &FILE,
    &IPV4_ADDR,
    &IPV6_ADDR,
    &MAC_ADDR,
    &MUTEX,
    &NETWORK_TRAFFIC,
    &PROCESS,
    &SOFTWARE,
    &URL,
    &USER_ACCOUNT,
    &WINDOWS_REGISTRY_KEY,
    &X509_CERTIFICATE,
];

/// §6.1.
pub const ARTIFACT: Shape = Shape {
    name: "artifact",
    section: "STIX 2.1 §6.1",
    properties: &[
        optional("mime_type", Kind::Text(Format::MediaType)),
        optional("payload_bin", Kind::Binary),
        optional("url", Kind::Text(Format::Url)),
        optional("hashes", Kind::Hashes),
        optional("encryption_algorithm", Kind::Term(&ENCRYPTION_ALGORITHM)),
        optional("decryption_key", Kind::String),
    ],
    rules: &[
        Rule::AtLeastOne(&["payload_bin", "url"]),
        Rule::NotTogether("payload_bin", "url"),
        Rule::Needs("url", "hashes"),
        Rule::Needs("decryption_key", "encryption_algorithm"),
    ],
};

/// §6.2.
pub const AUTONOMOUS_SYSTEM: Shape = Shape {
    name: "autonomous-system",
    section: "STIX 2.1 §6.2",
    properties: &[
        required("number", INTEGER),
        optional("name", Kind::String),
        optional("rir", Kind::String),
    ],
    rules: &[],
};

/// §6.3.
pub const DIRECTORY: Shape = Shape {
    name: "directory",
    section: "STIX 2.1 §6.3",
    properties: &[
        required("path", Kind::String),
        optional("path_enc", Kind::Text(Format::CharacterSet)),
        optional("ctime", Kind::Timestamp),
        optional("mtime", Kind::Timestamp),
        optional("atime", Kind::Timestamp),
        optional("contains_refs", Kind::List(&to(&["file", "directory"]))),
    ],
    rules: &[],
};

/// §6.4.
pub const DOMAIN_NAME: Shape = Shape {
    name: "domain-name",
    section: "STIX 2.1 §6.4",
    properties: &[
        required("value", Kind::Text(Format::DomainName)),
        optional(
            "resolves_to_refs",
            Kind::List(&to(&["ipv4-addr", "ipv6-addr", "domain-name"])),
        ),
    ],
    rules: &[],
};

/// §6.5.
pub const EMAIL_ADDR: Shape = Shape {
    name: "email-addr",
    section: "STIX 2.1 §6.5",
    properties: &[
        required("value", Kind::Text(Format::EmailAddress)),
        optional("display_name", Kind::String),
        optional("belongs_to_ref", to(&["user-account"])),
    ],
    rules: &[],
};

/// §6.6.
pub const EMAIL_MESSAGE: Shape = Shape {
    name: "email-message",
    section: "STIX 2.1 §6.6",
    properties: &[
        required("is_multipart", Kind::Boolean),
        optional("date", Kind::Timestamp),
        optional("content_type", Kind::String),
        optional("from_ref", to(&["email-addr"])),
        optional("sender_ref", to(&["email-addr"])),
        optional("to_refs", Kind::List(&to(&["email-addr"]))),
        optional("cc_refs", Kind::List(&to(&["email-addr"]))),
        optional("bcc_refs", Kind::List(&to(&["email-addr"]))),
        optional("message_id", Kind::String),
        optional("subject", Kind::String),
        optional("received_lines", STRINGS),
        optional("additional_header_fields", STRING_LIST_DICTIONARY),
        optional("body", Kind::String),
        optional(
            "body_multipart",
            Kind::List(&Kind::Object(&EMAIL_MIME_PART)),
        ),
        optional("raw_email_ref", to(&["artifact"])),
    ],
    rules: &[
        Rule::Where("is_multipart", Is::True, "body", Presence::Forbidden),
        Rule::Where(
            "is_multipart",
            Is::False,
            "body_multipart",
            Presence::Forbidden,
        ),
    ],
};

/// §6.7.
pub const FILE: Shape = Shape {
    name: "file",
    section: "STIX 2.1 §6.7",
    properties: &[
        optional("hashes", Kind::Hashes),
        optional("size", NATURAL),
        optional("name", Kind::String),
        optional("name_enc", Kind::Text(Format::CharacterSet)),
        optional("magic_number_hex", Kind::Hex),
        optional("mime_type", Kind::Text(Format::MediaType)),
        optional("ctime", Kind::Timestamp),
        optional("mtime", Kind::Timestamp),
        optional("atime", Kind::Timestamp),
        optional("parent_directory_ref", to(&["directory"])),
        optional(
            "contains_refs",
            Kind::List(&Kind::Reference(Targets::Observable)),
        ),
        optional("content_ref", to(&["artifact"])),
    ],
    rules: &[
        Rule::AtLeastOne(&["hashes", "name"]),
        Rule::Needs("name_enc", "name"),
    ],
};

/// §6.8.
pub const IPV4_ADDR: Shape = Shape {
    name: "ipv4-addr",
    section: "STIX 2.1 §6.8",
    properties: &[
        required("value", Kind::Text(Format::Ipv4)),
        optional("resolves_to_refs", Kind::List(&to(&["mac-addr"]))),
        optional("belongs_to_refs", Kind::List(&to(&["autonomous-system"]))),
    ],
    rules: &[],
};

/// §6.9.
pub const IPV6_ADDR: Shape = Shape {
    name: "ipv6-addr",
    section: "STIX 2.1 §6.9",
    properties: &[
        required("value", Kind::Text(Format::Ipv6)),
        optional("resolves_to_refs", Kind::List(&to(&["mac-addr"]))),
        optional("belongs_to_refs", Kind::List(&to(&["autonomous-system"]))),
    ],
    rules: &[],
};

/// §6.10.
pub const MAC_ADDR: Shape = Shape {
    name: "mac-addr",
    section: "STIX 2.1 §6.10",
    properties: &[required("value", Kind::Text(Format::Mac))],
    rules: &[],
};

/// §6.11.
pub const MUTEX: Shape = Shape {
    name: "mutex",
    section: "STIX 2.1 §6.11",
    properties: &[required("name", Kind::String)],
    rules: &[],
};

/// §6.12.
pub const NETWORK_TRAFFIC: Shape = Shape {
    name: "network-traffic",
    section: "STIX 2.1 §6.12",
    properties: &[
        optional("start", Kind::Timestamp),
        optional("end", Kind::Timestamp),
        optional("is_active", Kind::Boolean),
        optional(
            "src_ref",
            to(&["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"]),
        ),
        optional(
            "dst_ref",
            to(&["ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"]),
        ),
        optional("src_port", PORT),
        optional("dst_port", PORT),
        required("protocols", STRINGS),
        optional("src_byte_count", NATURAL),
        optional("dst_byte_count", NATURAL),
        optional("src_packets", NATURAL),
        optional("dst_packets", NATURAL),
        optional("ipfix", Kind::Dictionary(&INTEGER_OR_STRING)),
        optional("src_payload_ref", to(&["artifact"])),
        optional("dst_payload_ref", to(&["artifact"])),
        optional("encapsulates_refs", Kind::List(&to(&["network-traffic"]))),
        optional("encapsulated_by_ref", to(&["network-traffic"])),
    ],
    rules: &[
        Rule::NotBefore("start", "end"),
        Rule::Where("is_active", Is::True, "end", Presence::Forbidden),
        Rule::AtLeastOne(&["src_ref", "dst_ref"]),
    ],
};

/// §6.13.
pub const PROCESS: Shape = Shape {
    name: "process",
    section: "STIX 2.1 §6.13",
    properties: &[
        optional("is_hidden", Kind::Boolean),
        optional("pid", INTEGER),
        optional("created_time", Kind::Timestamp),
        optional("cwd", Kind::String),
        optional("command_line", Kind::String),
        optional("environment_variables", STRING_DICTIONARY),
        optional(
            "opened_connection_refs",
            Kind::List(&to(&["network-traffic"])),
        ),
        optional("creator_user_ref", to(&["user-account"])),
        optional("image_ref", to(&["file"])),
        optional("parent_ref", to(&["process"])),
        optional("child_refs", Kind::List(&to(&["process"]))),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.14.
pub const SOFTWARE: Shape = Shape {
    name: "software",
    section: "STIX 2.1 §6.14",
    properties: &[
        required("name", Kind::String),
        optional("cpe", Kind::Text(Format::Cpe)),
        optional("swid", Kind::String),
        optional("languages", Kind::List(&Kind::Text(Format::Language))),
        optional("vendor", Kind::String),
        optional("version", Kind::String),
    ],
    rules: &[],
};

/// §6.15.
pub const URL: Shape = Shape {
    name: "url",
    section: "STIX 2.1 §6.15",
    properties: &[required("value", Kind::Text(Format::Url))],
    rules: &[],
};

/// §6.16.
pub const USER_ACCOUNT: Shape = Shape {
    name: "user-account",
    section: "STIX 2.1 §6.16",
    properties: &[
        optional("user_id", Kind::String),
        optional("credential", Kind::String),
        optional("account_login", Kind::String),
        optional("account_type", Kind::Term(&ACCOUNT_TYPE)),
        optional("display_name", Kind::String),
        optional("is_service_account", Kind::Boolean),
        optional("is_privileged", Kind::Boolean),
        optional("can_escalate_privs", Kind::Boolean),
        optional("is_disabled", Kind::Boolean),
        optional("account_created", Kind::Timestamp),
        optional("account_expires", Kind::Timestamp),
        optional("credential_last_changed", Kind::Timestamp),
        optional("account_first_login", Kind::Timestamp),
        optional("account_last_login", Kind::Timestamp),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.17.
pub const WINDOWS_REGISTRY_KEY: Shape = Shape {
    name: "windows-registry-key",
    section: "STIX 2.1 §6.17",
    properties: &[
        optional("key", Kind::Text(Format::RegistryKey)),
        optional("values", Kind::List(&Kind::Object(&REGISTRY_VALUE))),
        optional("modified_time", Kind::Timestamp),
        optional("creator_user_ref", to(&["user-account"])),
        optional("number_of_subkeys", NATURAL),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.18.
pub const X509_CERTIFICATE: Shape = Shape {
    name: "x509-certificate",
    section: "STIX 2.1 §6.18",
    properties: &[
        optional("is_self_signed", Kind::Boolean),
        optional("hashes", Kind::Hashes),
        optional("version", Kind::String),
        optional("serial_number", Kind::String),
        optional("signature_algorithm", Kind::String),
        optional("issuer", Kind::String),
        optional("validity_not_before", Kind::Timestamp),
        optional("validity_not_after", Kind::Timestamp),
        optional("subject", Kind::String),
        optional("subject_public_key_algorithm", Kind::String),
        optional("subject_public_key_modulus", Kind::String),
        optional("subject_public_key_exponent", INTEGER),
        optional("x509_v3_extensions", Kind::Object(&X509_V3_EXTENSIONS)),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.6.2.
pub const EMAIL_MIME_PART: Shape = Shape {
    name: "email-mime-part-type",
    section: "STIX 2.1 §6.6.2",
    properties: &[
        optional("body", Kind::String),
        optional("body_raw_ref", to(&["artifact", "file"])),
        optional("content_type", Kind::String),
        optional("content_disposition", Kind::String),
    ],
    rules: &[Rule::AtLeastOne(&["body", "body_raw_ref"])],
};

/// §6.17.2.
pub const REGISTRY_VALUE: Shape = Shape {
    name: "windows-registry-value-type",
    section: "STIX 2.1 §6.17.2",
    properties: &[
        optional("name", Kind::String),
        optional("data", Kind::String),
        optional("data_type", Kind::Term(&WINDOWS_REGISTRY_DATATYPE)),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};

/// §6.18.2.
pub const X509_V3_EXTENSIONS: Shape = Shape {
    name: "x509-v3-extensions-type",
    section: "STIX 2.1 §6.18.2",
    properties: &[
        optional("basic_constraints", Kind::String),
        optional("name_constraints", Kind::String),
        optional("policy_constraints", Kind::String),
        optional("key_usage", Kind::String),
        optional("extended_key_usage", Kind::String),
        optional("subject_key_identifier", Kind::String),
        optional("authority_key_identifier", Kind::String),
        optional("subject_alternative_name", Kind::String),
        optional("issuer_alternative_name", Kind::String),
        optional("subject_directory_attributes", Kind::String),
        optional("crl_distribution_points", Kind::String),
        optional("inhibit_any_policy", Kind::String),
        optional("private_key_usage_period_not_before", Kind::Timestamp),
        optional("private_key_usage_period_not_after", Kind::Timestamp),
        optional("certificate_policies", Kind::String),
        optional("policy_mappings", Kind::String),
    ],
    rules: &[Rule::AtLeastOneProperty { but: &[] }],
};
