//! Every code that reading and validating gives, in one place.

use base::diagnostic::Severity;

/// What a code stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub id: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The rule.
    pub section: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($name:ident = $id:literal, $severity:ident, $section:literal, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $name: Code = Code {
                id: $id,
                severity: Severity::$severity,
                section: $section,
                meaning: $meaning,
            };
        )*

        /// All codes of this module, in the order of the table.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    TYPE_MISSING = "STIX-ID-01", Error, "STIX 2.1 §3.2", "`type` is missing or not a string";
    ID_MISSING = "STIX-ID-02", Error, "STIX 2.1 §3.2", "`id` is missing or not a string";
    ID_FORM = "STIX-ID-03", Error, "STIX 2.1 §2.9", "`id` is not an identifier";
    ID_TYPE = "STIX-ID-04", Error, "STIX 2.1 §2.9", "`id` is of another type than the object";
    ID_UUID = "STIX-ID-05", Error, "STIX 2.1 §2.9", "the UUID is none of RFC 4122";
    ID_VERSION = "STIX-ID-06", Warning, "STIX 2.1 §2.9", "the UUID is not of the version that the standard recommends";
    ID_DETERMINISTIC = "STIX-ID-07", Warning, "STIX 2.1 §2.9", "a version 5 identifier is not the one that follows from the properties";
    ID_RANDOM = "STIX-ID-08", Error, "STIX 2.1 §2.9", "without contributing property the identifier must be random";
    ID_NAMESPACE = "STIX-ID-09", Error, "STIX 2.1 §3.6", "a versioned observable has an identifier in the default namespace";
    TYPE_NAME = "STIX-TYPE-01", Error, "STIX 2.1 §3.1", "the name of the type is malformed";
    TYPE_CUSTOM = "STIX-TYPE-02", Warning, "STIX 2.1 §11.2", "the type is not of the standard and comes without extension";
    TYPE_REFUSED = "STIX-TYPE-04", Error, "", "the type is not of the standard, and custom types are refused";
    PROPERTY_REFUSED = "STIX-PROP-15", Error, "", "a property is not of the standard, and custom properties are refused";
    TYPE_BUNDLE = "STIX-TYPE-03", Error, "STIX 2.1 §8", "a bundle stands where an object belongs";
    SPEC_VERSION = "STIX-SPEC-01", Error, "STIX 2.1 §3.2", "`spec_version` is not 2.1";
    REQUIRED = "STIX-PROP-01", Error, "STIX 2.1 §3.1", "a required property is missing";
    JSON_TYPE = "STIX-PROP-02", Error, "STIX 2.1 §2", "a value is not of the type of its property";
    CUSTOM = "STIX-PROP-03", Warning, "STIX 2.1 §11.1", "a property is not of the standard and comes without extension";
    PROPERTY_NAME = "STIX-PROP-04", Error, "STIX 2.1 §3.1", "the name of a property is malformed";
    RESERVED = "STIX-PROP-05", Error, "STIX 2.1 §3.8", "the name of the property is reserved";
    NOT_APPLICABLE = "STIX-PROP-06", Warning, "STIX 2.1 §3.2", "objects of this type do not have this common property";
    EMPTY = "STIX-PROP-07", Error, "STIX 2.1 §2.12", "an empty list or dictionary";
    AT_LEAST_ONE = "STIX-PROP-08", Error, "STIX 2.1 §3.1", "none of several properties is there, of which one must be";
    NOT_TOGETHER = "STIX-PROP-09", Error, "STIX 2.1 §3.1", "two properties stand together that must not";
    NEEDS = "STIX-PROP-10", Error, "STIX 2.1 §3.1", "a property is missing that another one needs";
    FORBIDDEN = "STIX-PROP-11", Error, "STIX 2.1 §3.1", "a property stands where another one forbids it";
    DICTIONARY_KEY = "STIX-PROP-12", Error, "STIX 2.1 §2.3", "the key of a dictionary is malformed";
    DEFANGED = "STIX-PROP-13", Error, "STIX 2.1 §3.2", "`defanged` on something else than an observable";
    TIMESTAMP = "STIX-TIME-01", Error, "STIX 2.1 §2.16", "a value is not a timestamp";
    PRECISION = "STIX-TIME-02", Error, "STIX 2.1 §3.2", "`created` or `modified` has less than three digits after the point";
    ORDER = "STIX-TIME-03", Error, "STIX 2.1 §3.1", "two timestamps are in the wrong order";
    RANGE = "STIX-NUM-01", Error, "STIX 2.1 §2.10", "a number is out of range";
    ENUMERATION = "STIX-VOC-01", Error, "STIX 2.1 §2.4", "a value is not of its enumeration";
    VOCABULARY = "STIX-VOC-02", Warning, "STIX 2.1 §2.14", "a value is not of the suggested vocabulary";
    HASH_KEY = "STIX-HASH-01", Error, "STIX 2.1 §2.7", "the name of a hash algorithm is malformed";
    HASH_VALUE = "STIX-HASH-02", Error, "STIX 2.1 §10.7", "a hash has not the form of its algorithm";
    HASH_UNKNOWN = "STIX-HASH-03", Warning, "STIX 2.1 §10.7", "a hash algorithm is not of the vocabulary";
    REFERENCE_FORM = "STIX-REF-02", Error, "STIX 2.1 §2.9", "a reference is not an identifier";
    REFERENCE_TYPE = "STIX-REF-03", Error, "STIX 2.1 §3.3", "a reference points to an object of the wrong type";
    REFERENCE_LOCAL = "STIX-REF-04", Error, "STIX 2.1 §2.13", "a reference does not resolve within its container";
    REFERENCE_OPEN = "STIX-REF-05", Note, "STIX 2.1 §3.3", "a reference to an object that is not in the document";
    REFERENCE_CUSTOM = "STIX-REF-07", Warning, "STIX 2.1 §3.1", "a custom property is named like a reference and does not hold one";
    OBSERVED_SCO = "STIX-REF-06", Error, "STIX 2.1 §4.14", "`object_refs` of an observed data refers to no observable";
    RELATIONSHIP = "STIX-REL-01", Warning, "STIX 2.1 §5.1", "the standard does not describe this relationship";
    MARKING_TLP = "STIX-MARK-02", Error, "STIX 2.1 §7.2.1.4", "a TLP marking differs from the one that is defined";
    MARKING_SELF = "STIX-MARK-03", Error, "STIX 2.1 §7.2.1", "a marking definition marks itself";
    SELECTOR = "STIX-MARK-04", Error, "STIX 2.1 §7.2.3.1", "a selector is malformed or selects nothing";
    MARKING_CUSTOM = "STIX-MARK-05", Warning, "STIX 2.1 §7.2.1", "the kind of marking is not of the standard and comes without extension";
    MARKING_IMPOSTOR = "STIX-MARK-06", Warning, "STIX 2.1 §3.6", "an object bears the identifier of a TLP marking and is something else";
    EXTENSION_KEY = "STIX-EXT-01", Error, "STIX 2.1 §3.2", "the key of an extension is neither defined nor an extension's identifier";
    EXTENSION_TYPE = "STIX-EXT-02", Error, "STIX 2.1 §7.3", "an extension lacks `extension_type`, or has one that does not exist or fit";
    EXTENSION_HOST = "STIX-EXT-03", Error, "STIX 2.1 §3.10", "an extension stands on an object of the wrong type";
    EXTENSION_CUSTOM = "STIX-EXT-04", Warning, "STIX 2.1 §11.3", "an extension by name that the standard does not define";
    EXTENSION_UNKNOWN = "STIX-EXT-05", Note, "STIX 2.1 §7.3", "an extension that is not known here is not looked into";
    EXTENSION_PROPERTIES = "STIX-EXT-06", Error, "STIX 2.1 §7.3.1", "`extension_properties` without the type `toplevel-property-extension`";
    EXTENSION_LIST = "STIX-EXT-07", Warning, "STIX 2.1 §7.3.1", "a top-level extension does not list its properties";
    ADVICE = "STIX-ADVICE-01", Warning, "STIX 2.1", "something that the standard recommends is missing or otherwise";
    PREFIX = "STIX-PROP-14", Warning, "STIX 2.1 §11.1", "the name of something custom does not begin with `x_` and its source";
    IMPACT_CATEGORY = "STIX-EXT-08", Error, "Incident Extension rev 07", "`impact_category` names another category than the extension used";
    EXTERNAL_ID = "STIX-XREF-01", Error, "STIX 2.1 §4.19.1", "a CVE or CAPEC reference is not written as it must be";
    FORM = "STIX-FORM-01", Error, "STIX 2.1 §3.1", "a string has not the form that its property requires";
    FORM_SUGGESTED = "STIX-FORM-02", Warning, "STIX 2.1 §3.1", "a string has not the form that its property suggests";
    BINARY = "STIX-FORM-03", Error, "STIX 2.1 §2.1", "a value is not base64";
    HEX = "STIX-FORM-04", Error, "STIX 2.1 §2.8", "a value is not an even number of lower-case hexadecimal digits";
    LANGUAGE = "STIX-LANG-01", Error, "STIX 2.1 §3.2", "a language tag is not well-formed";
    CONTENTS = "STIX-LANG-02", Error, "STIX 2.1 §7.1.1", "translations do not have the form of what they translate";
    DUPLICATE = "STIX-DUP-01", Error, "STIX 2.1 §3.6", "the same version stands twice with different content";
    REPEATED = "STIX-DUP-02", Note, "STIX 2.1 §3.6", "the same version stands twice";
    AFTER_REVOCATION = "STIX-DUP-03", Error, "STIX 2.1 §3.6", "a version is later than the one that revoked the object";
    ORIGIN = "STIX-DUP-04", Error, "STIX 2.1 §3.6", "versions of one object differ in `created` or `created_by_ref`";
    INTEROP = "STIX-INTEROP-01", Error, "STIX/TAXII 2.1 Interoperability", "an object lacks what the interoperability tests want";
    INTEROP_PRODUCER = "STIX-INTEROP-02", Error, "STIX/TAXII 2.1 Interoperability", "the producer of an object is not in the document";
    MORE = "STIX-LIMIT-01", Note, "", "there are more findings than are reported";
}
