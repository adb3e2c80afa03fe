//! The identifier of an object, §2.9.

use crate::json::tree::{Members, Value};
use uuid::{Uuid, Variant};

use super::code;
use super::findings::{Findings, Path, shortened};
use crate::canonical::{contributing_properties, sco_id_of};
use crate::id::Id;
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
    let Some(text) = properties.get("id").and_then(Value::as_str) else {
        findings.add_with_help(
            &code::ID_MISSING,
            path,
            "`id` is missing or not a string",
            "give an identifier of the form `type--UUID`",
        );
        return;
    };
    let id = match Id::parse(text) {
        Ok(id) => id,
        Err(error) => {
            let message = format!("`{}` is not an identifier: {error}", shortened(text));
            findings.add(&code::ID_FORM, path, message);
            return;
        }
    };
    if let Some(kind) = kind
        && kind != id.kind()
    {
        let message = format!(
            "the identifier is of a `{}`, the object of type `{}`",
            id.kind(),
            shortened(kind)
        );
        findings.add(&code::ID_TYPE, path, message);
    }
    let uuid = id.uuid();
    if !is_rfc_4122(uuid) {
        findings.add(
            &code::ID_UUID,
            path,
            "the UUID has a version or variant that RFC 4122 does not have",
        );
        return;
    }
    match class {
        Some(Class::Observable) => observable(&id, uuid, properties, path, findings),
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
    id: &Id,
    uuid: Uuid,
    properties: Members<'_>,
    path: Path<'_>,
    findings: &mut Findings,
) {
    let known = crate::model::shape(id.kind()).is_some();
    if !known {
        return;
    }
    let expected = sco_id_of(id.kind(), properties);
    let version = uuid.get_version_num();
    let Some(expected) = expected else {
        if version != 4 {
            let why = if contributing_properties(id.kind()).is_some() {
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
    if expected == *id && versioned {
        findings.add_with_help(
            &code::ID_NAMESPACE,
            path,
            "an observable with versioning properties must not have an identifier in the default namespace",
            "leave the versioning properties out, or take another identifier",
        );
    } else if expected != *id && version == 5 {
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
