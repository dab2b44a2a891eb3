//! The developer's desk: what is on it, what its buttons do, and who may not see it.

use clever_emulator::{App, Emulator, Options, World, scenarios};
use serde_json::Value;

use crate::control::{done, host, journal, raw};
use crate::http::{Headers, Response};
use crate::support::{
    CALLBACK, FORM, authorize_target, automatic, code, exchange, form, get, get_with, options, with_pages,
};

/// What a browser asks for, on a page of the desk itself.
fn browse(emulator: &Emulator, method: &str, what: &str, headers: Headers<'_>, body: &str) -> Response {
    let host = host(emulator);
    raw(emulator, method, what, &[&[("Host", &host[..])], headers].concat(), body)
}

fn page(emulator: &Emulator) -> String {
    let answer = browse(emulator, "GET", "", &[], "");
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.page().to_owned()
}

/// A button of the desk, as the browser sends it that shows the page.
fn press(emulator: &Emulator, button: &str, fields: &[(&str, &str)]) -> Response {
    let headers = [FORM, ("Origin", emulator.base_url()), ("Sec-Fetch-Site", "same-origin")];
    browse(emulator, "POST", &format!("desk/{button}"), &headers, &form(fields))
}

/// The paths that this page links to.
fn links(page: &str) -> Vec<String> {
    let links =
        page.split(r#"href=""#).skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    links.collect()
}

fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let start = page.find(&format!(r#"<section class="part" id="{id}""#)).unwrap();
    &page[start..start + page[start..].find("</section>").unwrap()]
}

fn cookie(answer: &Response) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn every_app_is_there_with_its_secret_folded_away() {
    let page = page(&with_pages());
    let apps = part(&page, "apps");
    for (client_id, secret) in
        [("oauth-app", "oauth-secret"), ("oidc-app", "oidc-secret"), ("library-app", "library-secret")]
    {
        assert!(apps.contains(&format!(r#"<code class="copy">{client_id}</code>"#)), "{client_id}");
        let folded =
            format!(r#"<details><summary>show</summary><code class="copy">{secret}</code></details>"#);
        assert!(apps.contains(&folded), "{secret}");
        assert_eq!(page.matches(secret).count(), 1, "{secret} is shown once");
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
        assert!(arrives || (answer.status, &way[..]) == (200, "/login"), "{way}: {}", answer.status);
    }
}

#[test]
fn an_app_is_offered_to_the_districts_that_share_it_and_to_no_other() {
    let (first, second) = ("53ee4b8a44abc88c1c00119b", "64c1f0a2d3b94e5f60718100");
    let app = App::new("own-app", "secret", CALLBACK).with_districts([second]);
    let library = App::new("library-app", "secret", CALLBACK).with_library();
    let page = page(&Emulator::start(Options::new().app(app).app(library)).unwrap());
    let ways = links(part(&page, "apps"));
    assert!(ways.iter().any(|way| way.contains(second)) && !ways.iter().any(|way| way.contains(first)));
    assert!(!ways.iter().any(|way| way.contains("library-app") && way.contains("district_id")));
}

#[test]
fn the_addresses_for_a_configuration_are_those_of_the_metadata() {
    let emulator = with_pages();
    let page = page(&emulator);
    let metadata = get(&emulator, "/.well-known/openid-configuration").json();
    for member in ["issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        let address = metadata[member].as_str().unwrap();
        let row = part(&page, "configuration")
            .split("<dt>")
            .find(|row| row.contains(&format!("<code>{member}</code>")));
        assert!(row.unwrap().contains(&format!(r#"<code class="copy">{address}</code>"#)), "{member}");
    }
}

#[test]
fn everybody_is_there_with_what_is_worth_testing() {
    let emulator = with_pages();
    let page = page(&emulator);
    let people = part(&page, "people");
    for person in emulator.people() {
        let row = people
            .split("<li>")
            .find(|row| row.contains(&format!("<code>{}</code>", person.handle)))
            .unwrap();
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
fn nothing_of_a_world_becomes_markup() {
    let hostile = r#"</li><script>alert(1)</script><b title=\"x"#;
    let world = World::built_in_toml()
        .replacen("is the ordinary case", hostile, 1)
        .replacen("ada@emulated.example", hostile, 1)
        .replacen("Emulated School District", hostile, 1);
    let emulator = Emulator::start(Options::new().world(World::from_toml(&world).unwrap())).unwrap();
    get(&emulator, "/%3Cscript%3E?%3Cscript%3E=1");
    let page = page(&emulator);
    assert_eq!(page.matches("<script").count(), 1, "that of the desk alone");
    assert!(!page.contains("<b title"));
    let escaped = "&lt;/li&gt;&lt;script&gt;alert(1)";
    assert_eq!(part(&page, "people").matches(escaped).count(), 3, "district, quirk and email");
    assert!(part(&page, "apps").contains(escaped), "the district");
}

#[test]
fn every_scenario_is_there_with_its_base_url() {
    let emulator = with_pages();
    let page = page(&emulator);
    for scenario in scenarios() {
        let base_url = format!("<code class=\"copy\">{}{}</code>", emulator.base_url(), scenario.prefix());
        let row =
            part(&page, "scenarios").split("<li>").find(|row| row.contains(&base_url)).unwrap_or_default();
        let text = |text: &str| text.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(
            row.contains(&text(scenario.what())) && row.contains(&text(scenario.client())),
            "{}",
            scenario.name()
        );
    }
}

#[test]
fn the_journal_is_there_with_the_latest_request_first_and_no_secret() {
    let emulator = automatic("ada");
    let given = code(&emulator, "oidc-app", "&state=a-state");
    exchange(&emulator, "oidc-app", &given);
    exchange(&emulator, "oidc-app", &given);
    for page in [page(&emulator), browse(&emulator, "GET", "desk/journal", &[], "").page().to_owned()] {
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        let second = place("the code was exchanged a second time: Clever answers invalid_grant");
        assert!(second < place("the code was exchanged for an access token and an ID token"));
        assert!(place("Authorization: Basic (masked)") > second);
        assert!(!page.contains(&given) && !page.contains("a-state<"));
    }
    assert_eq!(journal(&emulator).len(), 3, "the desk itself is not noted");
    assert_eq!(press(&emulator, "journal", &[]).location(), "/_emulator/#journal");
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
fn a_button_signs_this_browser_in_as_somebody() {
    let emulator = with_pages();
    let answer = press(&emulator, "login", &[("person", "sam"), ("client_id", "")]);
    assert_eq!((answer.status, answer.location()), (303, "/_emulator/#people"));
    let cookie = cookie(&answer);
    let desk = browse(&emulator, "GET", "", &[("Cookie", &cookie)], "");
    assert!(desk.page().contains(r#"signed in as <bdi dir="auto">Sam Rivera</bdi>"#));
    let answer = get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &cookie)]);
    assert!(answer.location().starts_with(CALLBACK));
}

#[test]
fn a_button_signs_somebody_in_and_goes_on_to_an_app() {
    let emulator = with_pages();
    for client_id in ["oauth-app", "public-app"] {
        let answer = press(&emulator, "login", &[("person", "sam"), ("client_id", client_id)]);
        let onwards = get_with(&emulator, answer.location(), &[("Cookie", &cookie(&answer))]);
        assert!(
            onwards.location().starts_with(CALLBACK) && !onwards.location().contains("state="),
            "{client_id}"
        );
    }
    for fields in [
        &[("person", "nobody")][..],
        &[],
        &[("person", "sam"), ("client_id", "nobody")],
        &[("person", "sam"), ("person", "ada")],
    ] {
        let answer = press(&emulator, "login", fields);
        assert_eq!((answer.status, answer.header("set-cookie")), (400, None), "{fields:?}");
    }
}

#[test]
fn with_the_automatic_login_the_person_who_was_chosen_goes_on_to_the_app() {
    let emulator = automatic("ada");
    let answer = press(&emulator, "login", &[("person", "sam"), ("client_id", "oauth-app")]);
    let given = crate::support::query(get(&emulator, answer.location()).location())["code"].clone();
    let token = exchange(&emulator, "oauth-app", &given).json()["access_token"].as_str().unwrap().to_owned();
    let me = crate::support::get_as(&emulator, &token, "/v3.0/me").json();
    assert_eq!(me["data"]["id"], emulator.person("sam").unwrap().id);
    assert!(page(&emulator).contains("--auto-login"));
}

#[test]
fn buttons_move_the_clock_rotate_the_keys_end_the_sign_ins_and_reset_everything() {
    let emulator = with_pages();
    let ahead = || done(&emulator, "GET", "clock", &Value::Null)["ahead"].clone();
    for (seconds, expected) in [("60", 60), ("3600", 3660), ("86400", 90_060)] {
        assert!(page(&emulator).contains(&format!(r#"<button name="advance" value="{seconds}">"#)));
        assert_eq!(press(&emulator, "clock", &[("advance", seconds)]).location(), "/_emulator/#controls");
        assert_eq!(ahead(), expected);
    }
    for wrong in ["", "-1", "86401", "x"] {
        assert_eq!(press(&emulator, "clock", &[("advance", wrong)]).status, 400, "{wrong}");
    }
    let kid = || get(&emulator, "/oauth/certs").json()["keys"][0]["kid"].clone();
    let first = kid();
    assert_eq!(press(&emulator, "keys", &[]).location(), "/_emulator/#controls");
    assert_ne!(kid(), first);
    let cookie = cookie(&press(&emulator, "login", &[("person", "sam")]));
    let signed_in =
        || browse(&emulator, "GET", "", &[("Cookie", &cookie)], "").page().contains("signed in as");
    assert!(signed_in());
    assert_eq!(press(&emulator, "sessions", &[]).location(), "/_emulator/#controls");
    assert!(!signed_in());
    assert_eq!(press(&emulator, "reset", &[]).location(), "/_emulator/#controls");
    assert_eq!((ahead(), kid()), (Value::from(0), first));
}

#[test]
fn no_web_page_of_another_site_may_see_the_desk_or_press_a_button() {
    let emulator = with_pages();
    let own = host(&emulator);
    let port = own.replace("127.0.0.1:", "");
    for headers in [
        &[("Host", &own[..]), ("Origin", "http://evil.example")][..],
        &[("Host", &own), ("Origin", "null")],
        &[("Host", &own), ("Origin", "http://127.0.0.1:1")],
        &[("Host", &own), ("Sec-Fetch-Site", "cross-site")],
        &[("Host", &own), ("Sec-Fetch-Site", "same-site")],
        &[("Host", "evil.example")],
        &[("Host", &format!("evil.example:{port}"))],
        &[("Host", "127.0.0.1")],
    ] {
        for (method, what, body) in [
            ("GET", "", ""),
            ("GET", "desk/journal", ""),
            ("GET", "desk/style.css", ""),
            ("POST", "desk/login", "person=ada"),
            ("POST", "desk/clock", "advance=60"),
            ("POST", "desk/reset", ""),
            ("POST", "desk/nothing", ""),
        ] {
            let answer = raw(&emulator, method, what, &[headers, &[FORM]].concat(), body);
            assert_eq!(
                (answer.status, &answer.json()["error"]),
                (403, &"forbidden".into()),
                "{headers:?} {what}"
            );
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    assert_eq!(get(&emulator, "/_emulator").status, 403);
    assert_eq!(done(&emulator, "GET", "clock", &Value::Null)["ahead"], 0);
    let by_name = format!("localhost:{port}");
    assert_eq!(raw(&emulator, "GET", "", &[("Host", &by_name)], "").status, 200);
}

#[test]
fn nothing_happens_by_a_link_and_nothing_is_there_but_what_is_on_the_desk() {
    let emulator = with_pages();
    for button in ["login", "clock", "keys", "sessions", "reset"] {
        assert_eq!(browse(&emulator, "GET", &format!("desk/{button}"), &[], "").status, 405, "{button}");
    }
    assert_eq!(press(&emulator, "nothing", &[]).status, 404);
    assert_eq!(browse(&emulator, "POST", "", &[], "").status, 405);
    for path in
        ["/s/me-500/_emulator/", "/s/me-500/_emulator/desk/journal", "/s/me-500/_emulator", "//_emulator/"]
    {
        let answer = get_with(&emulator, path, &[]);
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn without_the_slash_the_desk_is_found_too() {
    let emulator = with_pages();
    let request =
        format!("GET /_emulator HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host(&emulator));
    let answer = crate::http::parse(&crate::http::raw(emulator.base_url(), request.as_bytes()));
    assert_eq!((answer.status, answer.location()), (303, "/_emulator/"));
    assert!(journal(&emulator).is_empty());
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
        "or the browser would hide the origin of a form"
    );
    for link in links(&answer.body) {
        assert!(link.starts_with('/') && !link.starts_with("//") || link.starts_with('#'), "{link}");
    }
    let style = browse(&emulator, "GET", "desk/style.css", &[], "");
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(!style.body.contains("url(") && !style.body.contains("@import"));
}

#[test]
fn every_field_has_a_label_and_every_link_within_the_page_a_place() {
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
