//! Media types, TAXII 2.1 §1.6.8 and §3.2.

/// What every TAXII 2.1 message is sent as.
pub const TAXII: &str = "application/taxii+json;version=2.1";

/// What a STIX 2.1 object is: `media_types` of a collection and `media_type` of a manifest record.
pub const STIX: &str = "application/stix+json;version=2.1";
