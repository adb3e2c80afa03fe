//! The identifier of an object, §2.9.

use crate::json::tree::{Members, Value};
use uuid::{Uuid, Variant};

use super::code;
use super::findings::{Findings, Path, shortened};
use crate::canonical::{contributing_properties, sco_id_of};
use crate::id::kind_of;
use crate::model::Class;

/// Checks `id` and that it goes with `type`.
pub(super) fn check(
    kind: Option<&str>,
    class: Option<Class>,
    properties: Members<'_>,
    root: Path<'_>,
    findings: &mut Findings,
) {
    let path = Path::Name(&root, "id");
    let id = properties.get("id");
    let Some(text) = id.and_then(Value::as_str) else {
        findings.add_with_help(
            &code::ID_MISSING,
            path,
            "`id` is missing or not a string",
            "give an identifier of the form `type--UUID`",
        );
        return;
    };
    let Some((_, id_kind)) = id.and_then(Value::as_identifier) else {
        if let Err(error) = kind_of(text) {
            let message = format!("`{}` is not an identifier: {error}", shortened(text));
            findings.add(&code::ID_FORM, path, message);
        }
        return;
    };
    if let Some(kind) = kind
        && kind != id_kind
    {
        let message = format!(
            "the identifier is of a `{id_kind}`, the object of type `{}`",
            shortened(kind)
        );
        findings.add(&code::ID_TYPE, path, message);
    }
    // INVARIANT: what follows the type and its two hyphens is a UUID.
    let uuid = text.get(id_kind.len() + 2..).unwrap_or_default();
    let uuid = Uuid::try_parse(uuid).unwrap_or_default();
    if !is_rfc_4122(uuid) {
        findings.add(
            &code::ID_UUID,
            path,
            "the UUID has a version or variant that RFC 4122 does not have",
        );
        return;
    }
    match class {
        Some(Class::Observable) => observable((id_kind, text), uuid, properties, path, findings),
        // The TLP 2.0 markings and other well-known objects are of any version; what is made anew is random.
        Some(_) if uuid.get_version_num() != 4 => findings.add(
            &code::ID_VERSION,
            path,
            format_args!(
                "the UUID is of version {}; objects other than observables should have random ones, version 4",
                uuid.get_version_num()
            ),
        ),
        _ => {}
    }
}

/// Whether version and variant exist: 1 to 5, and 6 to 8 of its successor RFC 9562.
fn is_rfc_4122(uuid: Uuid) -> bool {
    uuid.get_variant() == Variant::RFC4122 && (1..=8).contains(&uuid.get_version_num())
}

fn observable(
    (kind, id): (&str, &str),
    uuid: Uuid,
    properties: Members<'_>,
    path: Path<'_>,
    findings: &mut Findings,
) {
    let known = crate::model::shape(kind).is_some();
    if !known {
        return;
    }
    let expected = sco_id_of(kind, properties);
    let version = uuid.get_version_num();
    let Some(expected) = expected else {
        if version != 4 {
            let why = if contributing_properties(kind).is_some() {
                "no contributing property is there"
            } else {
                "the type has no contributing properties"
            };
            findings.add(
                &code::ID_RANDOM,
                path,
                format_args!("{why}, so the UUID must be random, version 4"),
            );
        }
        return;
    };
    let versioned = ["created", "modified", "revoked", "created_by_ref"]
        .iter()
        .any(|name| properties.contains_key(name));
    if expected.as_str() == id && versioned {
        findings.add_with_help(
            &code::ID_NAMESPACE,
            path,
            "an observable with versioning properties must not have an identifier in the default namespace",
            "leave the versioning properties out, or take another identifier",
        );
    } else if expected.as_str() != id && version == 5 {
        findings.add_with_help(
            &code::ID_DETERMINISTIC,
            path,
            "the version 5 UUID is not the one that follows from the contributing properties",
            format_args!("it would be `{expected}`"),
        );
    } else if version != 5 {
        findings.add_with_help(
            &code::ID_VERSION,
            path,
            format_args!(
                "the UUID is of version {version}; observables should have deterministic ones"
            ),
            format_args!("it would be `{expected}`"),
        );
    }
}
