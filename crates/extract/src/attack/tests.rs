use crate::extraction::{Options, extract};
use crate::incident::ActorName;

/// Kind, victim, time and actor of each incident, one a line.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = extract(
        text,
        &Options {
            published: "2024-11-20".parse().ok(),
        },
    );
    let lines: Vec<String> = found
        .incidents
        .iter()
        .map(|incident| {
            let when = incident
                .when
                .map_or_else(|| "-".to_owned(), |when| when.to_string());
            let actor = incident.attribution.as_ref().map_or_else(
                || "-".to_owned(),
                |attribution| match &attribution.actor {
                    ActorName::Known(name) => format!("{name} {}", attribution.confidence),
                    ActorName::Unnamed { words, .. } => {
                        format!("({words}) {}", attribution.confidence)
                    }
                },
            );
            format!(
                "{} | {} | {when} | {actor}",
                incident.kind.name(),
                incident.victim.name
            )
        })
        .collect();
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn a_victim_is_named_in_many_ways() {
    check(
        "Salt Typhoon hackers breached the networks of Hoshizora Mobile, a wireless carrier.",
        &["intrusion | Hoshizora Mobile | - | Salt Typhoon 70"],
    );
    check(
        "In March, Kibo Bank was reportedly hacked by North Korean hackers.",
        &["intrusion | Kibo Bank | 2024-03 | (North Korean hackers) 40"],
    );
    check(
        "Minato Industries suffered a ransomware attack in June.",
        &["ransomware | Minato Industries | 2024-06 | -"],
    );
    check(
        "A ransomware attack on the Port of Shirahama halted operations in July 2023.",
        &["ransomware | Port of Shirahama | 2023-07 | -"],
    );
    check(
        "Victims include the University of Shirakawa, Tokyo Gas Works and the Osaka-based manufacturer Minato Industries.",
        &[
            "targeting | University of Shirakawa | - | -",
            "targeting | Tokyo Gas Works | - | -",
            "targeting | Minato Industries | - | -",
        ],
    );
    check(
        "The agency said Japan's space agency was breached last year.",
        &["intrusion | Japan's space agency | 2023 | -"],
    );
}

#[test]
fn no_victim_is_made_up() {
    for text in [
        "Japan has suffered a wave of cyber incidents.",
        "No evidence of an attack on Kibo Bank has been found.",
        "The FBI and CISA reported an intrusion at several telecom carriers.",
        "Attackers breached Cisco routers and Windows servers.",
        "CISA disclosed an attack.",
        "The attackers compromised accounts in March.",
        "Volt Typhoon is active. Kibo Bank opened a branch in Tokyo.",
        "総務省は通信事業者に注意を呼びかけた。",
        "中国電力株式会社に被害は確認されていない。",
    ] {
        check(text, &[]);
    }
}

#[test]
fn an_actor_is_connected_only_where_the_sentence_says_so() {
    check(
        "Volt Typhoon ran a botnet. Kibo Bank was breached in March. It is not attributed to Volt Typhoon.",
        &["intrusion | Kibo Bank | 2024-03 | -"],
    );
    check(
        "Kibo Bank was breached in March. We assess with low confidence that the intrusion was the work of APT41.",
        &["intrusion | Kibo Bank | 2024-03 | APT41 30"],
    );
    check(
        "Kibo Bank was breached. Minato Industries was breached. We assess with high confidence that the intrusion was the work of APT41.",
        &[
            "intrusion | Kibo Bank | - | -",
            "intrusion | Minato Industries | - | -",
        ],
    );
}

#[test]
fn japanese_accounts_are_read() {
    check(
        "総務省は2024年8月2日、通信事業者の北斗通信株式会社がサイバー攻撃を受けたと発表した。",
        &["cyberattack | 北斗通信株式会社 | 2024-08-02 | -"],
    );
    check(
        "株式会社東雲電機は6月、ランサムウェア攻撃の被害を受けた。",
        &["ransomware | 株式会社東雲電機 | 2024-06 | -"],
    );
    check(
        "北斗通信株式会社への不正アクセスが確認された。この攻撃は、高い確度でボルト・タイフーンによるものと評価する。",
        &["intrusion | 北斗通信株式会社 | - | Volt Typhoon 85"],
    );
    check(
        "カイセイは6月、サイバー攻撃を受けたと公表した。",
        &["cyberattack | カイセイ | 2024-06 | -"],
    );
}
