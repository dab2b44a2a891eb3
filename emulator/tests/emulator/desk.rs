//! The content of the developer's desk.

use clever_emulator::{App, Emulator, Options, World, scenarios};

use crate::control::{host, journal, raw};
use crate::http::{Headers, Response};
use crate::support::{CALLBACK, automatic, code, exchange, get, options, with_pages};

/// A request of a browser from a page of the desk.
pub(crate) fn browse(
    emulator: &Emulator,
    method: &str,
    what: &str,
    headers: Headers<'_>,
    body: &str,
) -> Response {
    let host = host(emulator);
    raw(emulator, method, what, &[&[("Host", &host[..])], headers].concat(), body)
}

pub(crate) fn page(emulator: &Emulator) -> String {
    let answer = browse(emulator, "GET", "", &[], "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.page().to_owned()
}

/// The paths that this page links to.
pub(crate) fn links(page: &str) -> Vec<String> {
    let links =
        page.split(r#"href=""#).skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    links.collect()
}

pub(crate) fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let start = page.find(&format!(r#"<section class="part" id="{id}""#)).unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

#[test]
fn every_app_is_on_the_desk_with_its_secret_folded_away() {
    let page = page(&with_pages());
    let apps = part(&page, "apps");
    for (client_id, secret) in
        [("oauth-app", "oauth-secret"), ("oidc-app", "oidc-secret"), ("library-app", "library-secret")]
    {
        let label =
            format!(r#"<code class="copy" data-copy="the client id of {client_id}">{client_id}</code>"#);
        assert!(apps.contains(&label), "{client_id}");
        let folded = format!(
            r#">show</summary><code class="copy" data-copy="the secret of {client_id}">{secret}</code></details>"#
        );
        assert!(apps.contains(&folded), "{secret}");
        let ready = apps
            .split(r#"<details class="settings">"#)
            .find(|part| part.contains(&format!("for {client_id}")));
        let ready = ready.unwrap().split("<h4>").next().unwrap();
        assert_eq!(ready.matches(secret).count(), 6, "one for each language, folded away");
        assert_eq!(page.matches(secret).count(), 7, "{secret} must be nowhere else");
    }
    for expected in [
        "implicit grant",
        "OpenID Connect, Clever Library (no ID tokens)",
        "OAuth 2.0",
        "http://127.0.0.1:5000/other?x=1",
    ] {
        assert!(apps.contains(expected), "{expected}");
    }
}

#[test]
fn every_way_into_an_app_is_a_link_that_works() {
    let emulator = automatic("ada");
    let page = page(&emulator);
    for portal in ["/in/emulated", "/in/island", "/in/library"] {
        assert!(links(part(&page, "apps")).iter().any(|way| way == portal), "{portal}");
    }
    let ways: Vec<_> =
        links(part(&page, "apps")).into_iter().filter(|link| !link.contains("library-app")).collect();
    for beginning in ["/oauth/authorize?", "/oauth/instant-login?"] {
        for expected in ["oauth-app", "oidc-app"] {
            assert!(
                ways.iter().any(|way| way.starts_with(beginning) && way.contains(expected)),
                "{beginning} {expected}"
            );
        }
    }
    for expected in [
        "state=",
        "return_unshared=true",
        "channel=clever-portal",
        "district_id=53ee4b8a44abc88c1c00119b",
        "response_type=token",
    ] {
        assert!(ways.iter().any(|way| way.contains(expected)), "{expected}");
    }
    for way in ways {
        let answer = get(&emulator, &way);
        let arrives = answer.status == 302 && answer.location().starts_with(CALLBACK);
        assert!(arrives || (answer.status == 200 && way.starts_with("/in/")), "{way}: {}", answer.status);
    }
}

#[test]
fn an_app_is_shown_with_its_name() {
    let page = page(&Emulator::start(Options::new()).unwrap());
    for name in ["Word Garden", "Map Corner"] {
        assert!(part(&page, "apps").contains(&format!(r#"<h3><bdi dir="auto">{name}</bdi>"#)), "{name}");
        assert!(part(&page, "people").contains(&format!(">{name} (")), "{name}");
    }
}

#[test]
fn an_app_has_links_only_for_the_districts_that_share_it() {
    let (first, second) = ("53ee4b8a44abc88c1c00119b", "64c1f0a2d3b94e5f60718100");
    let app = App::new("own-app", "secret", CALLBACK).with_districts([second]);
    let library = App::new("library-app", "secret", CALLBACK).with_library();
    let page = page(&Emulator::start(Options::new().app(app).app(library)).unwrap());
    let ways = links(part(&page, "apps"));
    assert!(ways.iter().any(|way| way.contains(second)) && !ways.iter().any(|way| way.contains(first)));
    assert!(!ways.iter().any(|way| way.contains("library-app") && way.contains("district_id")));
}

#[test]
fn the_addresses_for_a_configuration_are_the_addresses_in_the_metadata() {
    let emulator = with_pages();
    let page = page(&emulator);
    let metadata = get(&emulator, "/.well-known/openid-configuration").json();
    for member in ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        let address = metadata[member].as_str().unwrap();
        let row = part(&page, "configuration")
            .split("<dt>")
            .find(|row| row.contains(&format!("<code>{member}</code>")));
        assert!(row.unwrap().contains(&format!(">{address}</code>")), "{member}");
    }
}

#[test]
fn everyone_is_on_the_desk_with_a_hint_what_to_test() {
    let emulator = with_pages();
    let page = page(&emulator);
    let people = part(&page, "people");
    for person in emulator.people() {
        let row =
            people.split("<li").find(|row| row.contains(&format!("<code>{}</code>", person.handle))).unwrap();
        let escaped = |text: &str| {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        };
        assert!(
            row.contains(&format!(r#"<bdi dir="auto">{}</bdi>"#, escaped(&person.full_name()))),
            "{}",
            person.handle
        );
        assert!(row.contains(&person.sign_in_number) && row.contains(&person.id), "{}", person.handle);
        assert!(row.contains(&escaped(person.quirk.as_deref().unwrap_or_default())), "{}", person.handle);
        assert!(person.roles().all(|role| row.contains(role.user_type.as_str())), "{}", person.handle);
    }
}

#[test]
fn no_text_of_a_world_becomes_markup() {
    let hostile = r#"</li><script>alert(1)</script><b title=\"x"#;
    let world = World::built_in_toml()
        .replacen("is the ordinary case", hostile, 1)
        .replacen("ada@emulated.example", hostile, 1)
        .replacen("Emulated School District", hostile, 1);
    let emulator = Emulator::start(Options::new().world(World::from_toml(&world).unwrap())).unwrap();
    get(&emulator, "/%3Cscript%3E?%3Cscript%3E=1");
    let page = page(&emulator);
    assert_eq!(page.matches("<script").count(), 1, "only the desk's script");
    assert!(!page.contains("<b title"));
    let escaped = "&lt;/li&gt;&lt;script&gt;alert(1)";
    assert_eq!(
        part(&page, "people").matches(escaped).count(),
        5,
        "district; quirk and email, also for the search"
    );
    assert!(part(&page, "apps").contains(escaped), "the district");
}

#[test]
fn every_scenario_is_on_the_desk_with_its_base_url() {
    let emulator = with_pages();
    let page = page(&emulator);
    for scenario in scenarios() {
        let base_url = format!(">{}{}</code>", emulator.base_url(), scenario.prefix());
        let row =
            part(&page, "scenarios").split("<li").find(|row| row.contains(&base_url)).unwrap_or_default();
        let text = |text: &str| text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(
            row.contains(&text(scenario.what())) && row.contains(&text(scenario.client())),
            "{}",
            scenario.name()
        );
    }
}

#[test]
fn the_journal_shows_the_latest_request_first_and_no_secret() {
    let emulator = automatic("ada");
    let given = code(&emulator, "oidc-app", "&state=a-state");
    exchange(&emulator, "oidc-app", &given);
    exchange(&emulator, "oidc-app", &given);
    for page in [page(&emulator), browse(&emulator, "GET", "desk/journal", &[], "").page().to_owned()] {
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        let second = place("the code was exchanged a second time: Clever responds with invalid_grant");
        assert!(second < place("the code was exchanged for an access token and an ID token"));
        assert!(place("Authorization: Basic (masked)") > second);
        assert!(!page.contains(&given) && !page.contains("a-state<"));
    }
    assert_eq!(journal(&emulator).len(), 3, "the desk itself is not in the journal");
    assert_eq!(crate::desk_buttons::press(&emulator, "journal", &[]).location(), "/_emulator/#journal");
    assert!(journal(&emulator).is_empty());
    assert!(page(&emulator).contains("Nothing was sent yet."));
}

#[test]
fn no_more_than_two_hundred_requests_are_shown() {
    let emulator = with_pages();
    for number in 0..203 {
        get(&emulator, &format!("/{number}"));
    }
    let page = page(&emulator);
    assert_eq!(page.matches("<li data-number").count(), 200);
    assert!(page.contains("GET /202<") && page.contains("GET /3<") && !page.contains("GET /2<"));
}

#[test]
fn the_desk_runs_its_own_script_and_loads_nothing_from_elsewhere() {
    let emulator = Emulator::start(options()).unwrap();
    let answer = browse(&emulator, "GET", "", &[], "");
    let policy = answer.header("content-security-policy").unwrap();
    let script = answer.body.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.as_bytes());
    let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash);
    assert!(
        policy.starts_with("default-src 'none'; ")
            && policy.contains(&format!("script-src 'sha256-{hash}';"))
    );
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
    assert!(!script.contains("innerHTML") && !answer.body.contains("onclick"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        answer.header("referrer-policy"),
        Some("same-origin"),
        "otherwise, the browser would hide the origin of a form"
    );
    for link in links(&answer.body) {
        assert!(link.starts_with('/') && !link.starts_with("//") || link.starts_with('#'), "{link}");
    }
    let style = browse(&emulator, "GET", "desk/style.css", &[], "");
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(!style.body.contains("url(") && !style.body.contains("@import"));
}

#[test]
fn every_field_has_a_label_and_every_link_within_the_page_has_a_target() {
    let page = page(&with_pages());
    for field in page.split("<select id=\"").skip(1) {
        let id = field.split('"').next().unwrap();
        assert!(page.contains(&format!(r#"<label for="{id}">"#)), "{id}");
    }
    for link in links(&page).iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(page.contains(&format!(r#"id="{link}""#)), "{link}");
    }
    assert!(page.contains(r#"aria-labelledby="people-title""#) && page.contains(r#"id="people-title""#));
}

#[test]
fn the_login_page_and_the_hints_of_the_binary_lead_to_the_desk() {
    assert!(get(&with_pages(), "/login").page().contains(r#"href="/_emulator/""#));
    let (mut running, line) = crate::binary::start(&[]);
    let expected = format!("{}/_emulator/\n", line.trim());
    let mut stderr = std::io::BufReader::new(running.0.stderr.take().unwrap());
    let mut hints = String::new();
    while !hints.contains(&expected) && std::io::BufRead::read_line(&mut stderr, &mut hints).unwrap() > 0 {}
    assert!(hints.contains(&expected), "{hints}");
}
