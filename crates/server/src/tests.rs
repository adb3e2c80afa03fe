mod fixture;
mod sample;

use app::dashboard::Dashboard;
use app::four_eyes::{FourEyes, SecondReason};
use app::life::{Given, ReleaseLife};
use app::membership::Membership;
use app::network::{Network, Owner};
use app::object::{ImportReport, ObjectDetails, ObjectPage, ObjectSummary, Relation, SightingView};
use app::party::{Community, Organisation, PersonView};
use app::peer::{
    PeerCursor, PeerDetails, PeerEvent, PeerSettings, PeerSummary, Refusal, Way, WayState, WayView,
};
use app::proposal::Proposal;
use app::quarantine::{
    QuarantineDetails, QuarantineEntry, QuarantineKind, QuarantinePage, QuarantineState,
};
use app::query::{QueryTerms, SavedQuery};
use app::register::{IncidentDetails, IncidentSummary};
use app::request::{RequestDetails, RequestState, RequestSummary};
use app::rule::{Condition, RuleSummary, RuleTerms};
use app::sharing::{
    Outcome, Preview, PreviewRow, ReleaseRequest, ReleaseSummary, SeenAs, SeenObject,
};
use app::sign_in::OneTimeLogin;
use app::trust::Trust;
use askama::Template;
use incident::attribution::{Attribution, AttributionKind, Confidence};
use incident::classification::Classification;
use incident::model::{Determination, Incident, InvestigationStatus, Moment, Victim};
use incident::sector::Sector;
use release::party::{
    CommunityId, OrganisationId, PersonId, QueryId, ReleaseId, RequestId, RuleId,
};
use release::terms::{Cut, Recipient};
use stix::id::Id;
use stix::marking::Tlp;
use stix::selector::Selector;
use uuid::Uuid;

use crate::error::Failure;
use crate::fields::Fields;
use crate::graph::Graph;
use crate::language::Language;
use crate::page::failure::FailurePage;
use crate::page::{
    May, Page, Visible, Who, about, account, dashboard, entry, incident as register, ledger as log,
    local_path, object, organisation, party, peer, policy, quarantine, query as query_page,
    release as sharing, request, rule, see_as,
};
use crate::text::TABLE;

use self::sample::samples;

#[test]
fn every_page_renders_in_both_languages_without_anything_inline() {
    for language in Language::ALL {
        for (name, text) in samples(language) {
            assert!(
                text.contains(&format!("<html lang=\"{}\"", language.code())),
                "{name}"
            );
            assert_eq!(text.matches("<h1").count(), 1, "{name}");
            assert!(text.contains("<main id=\"content\""), "{name}");
            for inline in [
                "<script",
                "<style",
                " style=",
                " onclick=",
                "javascript:",
                "<b>",
                "<i>",
            ] {
                assert!(!text.contains(inline), "{name} has `{inline}`");
            }
            for table in text.split("<table").skip(1) {
                assert!(
                    table.contains("<caption"),
                    "{name} has a table without caption"
                );
            }
            for form in text.split("<form method=\"post\"").skip(1) {
                let has_token = form.contains("name=\"csrf\"");
                assert!(has_token || form.contains("action=\"/sign-in"), "{name}");
            }
        }
    }
}

#[test]
fn a_preview_sends_the_form_again_with_one_token() {
    let (_, text) = samples(Language::English)
        .into_iter()
        .find(|(name, _)| *name == "release_preview")
        .unwrap();
    assert!(text.contains("name=\"recipients\" value=\"public\""));
    assert!(!text.contains("value=\"secret\""));
    assert_eq!(text.matches("already has it").count(), 1);
    assert!(text.contains("<td>Centre</td>"));
}

#[test]
fn every_text_has_both_languages() {
    let same = ["json", "utc_hint"];
    for (key, english, japanese) in TABLE {
        assert!(!english.is_empty() && !japanese.is_empty(), "{key}");
        assert!(english.is_ascii() || english.contains('…'), "{key}");
        assert!(!japanese.is_ascii() || same.contains(key), "{key}");
    }
}

#[test]
fn only_paths_of_ours_are_come_back_to() {
    for (text, expected) in [
        ("/objects?kind=a", "/objects?kind=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ] {
        assert_eq!(local_path(text), expected);
    }
}
