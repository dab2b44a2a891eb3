//! Each login as a sequence diagram on the desk, and the desk's searches.

use std::time::Duration;

use clever_emulator::{App, Emulator, Options, scenarios};

use crate::desk::{browse, page, part};
use crate::http::Response;
use crate::support::{
    CALLBACK, FORM, access_token, authorize_target, automatic, basic, code, exchange, form, get, get_as,
    get_with, options, post, query, with_pages,
};

/// The diagrams on a page, the latest first.
fn drawings(page: &str) -> Vec<&str> {
    part(page, "logins").split(r#"<details class="login""#).skip(1).collect()
}

fn state(drawing: &str) -> &str {
    drawing.split(r#"data-state=""#).nth(1).unwrap().split('"').next().unwrap()
}

#[track_caller]
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let place = rest.find(part).unwrap_or_else(|| panic!("{part} is missing, or comes earlier: {text}"));
        rest = &rest[place + part.len()..];
    }
}

fn sought(emulator: &Emulator, filter: &[(&str, &str)]) -> String {
    browse(emulator, "GET", &format!("?{}", form(filter)), &[], "").page().to_owned()
}

fn with_wrong_secret(emulator: &Emulator, code: &str) -> Response {
    let body = form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]);
    post(emulator, "/oauth/tokens", &[FORM, ("Authorization", &basic("oidc-app", "wrong"))], &body)
}

#[test]
fn a_login_is_drawn_step_by_step_without_any_value() {
    let emulator = automatic("ada");
    let given = code(&emulator, "oidc-app", "&state=a-secret-state&nonce=a-secret-nonce");
    assert_eq!(state(drawings(&page(&emulator))[0]), "waiting");
    let tokens = exchange(&emulator, "oidc-app", &given).json();
    get(&emulator, "/oauth/certs");
    let token = tokens["access_token"].as_str().unwrap();
    let ada = emulator.person("ada").unwrap();
    get_as(&emulator, token, "/v3.0/me");
    get_as(&emulator, token, &format!("/v3.0/users/{}", ada.id));
    let page = page(&emulator);
    let [drawing] = drawings(&page)[..] else { panic!("one login") };
    assert_eq!(state(drawing), "done");
    let steps = [
        "Login 1: <bdi",
        ">oidc-app<",
        "Browser to Clever: </span>GET /oauth/authorize",
        "<strong>302</strong> to the app, with a code and the state",
        "Browser to app: </span>callback: code, state",
        "App to Clever: </span>POST /oauth/tokens",
        "<strong>200</strong> tokens",
        "App to Clever: </span>GET /oauth/certs",
        "<strong>200</strong> keys",
        "GET /v3.0/me",
        "who it is",
        "GET /v3.0/users/\u{2026}",
    ];
    assert_in_order(drawing, &steps);
    let values = [
        &given[..],
        token,
        tokens["id_token"].as_str().unwrap(),
        "a-secret-state",
        "a-secret-nonce",
        &ada.id,
    ];
    assert!(values.iter().all(|value| !drawing.contains(value)));
    assert!(!drawing.contains("Went wrong"));
}

#[test]
fn the_step_that_went_wrong_says_so_in_words_and_what_to_do() {
    let emulator = automatic("ada");
    with_wrong_secret(&emulator, &code(&emulator, "oidc-app", "&state=s"));
    let page = page(&emulator);
    let drawing = drawings(&page)[0];
    assert_eq!(state(drawing), "failed");
    let words = [
        "</span> failed</span>",
        r#"<li class="step bad">"#,
        "<strong>401</strong> refused",
        "Went wrong here: ",
        "the secret is wrong for this client_id",
        "What to do: ",
        "Compare the client id and the secret with the ready settings",
    ];
    assert_in_order(drawing, &words);
    assert_eq!(drawing.matches("Went wrong here").count(), 1, "the other step succeeded");
}

#[test]
fn each_kind_of_failure_has_its_advice() {
    let emulator = automatic("ada");
    let exchanged_twice = |emulator: &Emulator| {
        let given = code(emulator, "oidc-app", "&state=s");
        exchange(emulator, "oidc-app", &given);
        exchange(emulator, "oidc-app", &given);
    };
    exchanged_twice(&emulator);
    let with_unknown_code = |emulator: &Emulator| {
        code(emulator, "oidc-app", "&state=s");
        exchange(emulator, "oidc-app", "cut");
    };
    with_unknown_code(&emulator);
    get(&emulator, &authorize_target("oidc-app", "&district_id=x"));
    get(&emulator, &authorize_target("library-app", ""));
    get(&emulator, &authorize_target("library-app", "&return_unshared=true"));
    let page = page(&emulator);
    let [denied, no_access, wrong_district, unknown, twice] = drawings(&page)[..] else {
        panic!("five logins")
    };
    for (drawing, why, what_to_do) in [
        (denied, "told error=unauthorized-user", "Log in as a person who may use the app"),
        (no_access, "has no access to the app", "Log in as a person who may use the app"),
        (wrong_district, "no district has this district_id", "Nothing was sent back to the app"),
        (unknown, "the code is unknown:", "a code works only once"),
        (twice, "exchanged a second time", "a code works only once"),
    ] {
        assert_eq!(state(drawing), "failed", "{why}");
        assert_in_order(drawing, &["Went wrong here: ", why, "What to do: ", what_to_do]);
    }
}

#[test]
fn an_unexchanged_code_is_a_failure_with_a_state_and_right_without_one() {
    let emulator = automatic("ada");
    code(&emulator, "oidc-app", "&state=s");
    code(&emulator, "oidc-app", "");
    let states = |emulator: &Emulator| {
        let page = page(emulator);
        drawings(&page).into_iter().map(|drawing| state(drawing).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(states(&emulator), ["waiting", "waiting"]);
    emulator.advance(Duration::from_secs(60));
    assert_eq!(states(&emulator), ["unused", "failed"]);
    let page = page(&emulator);
    assert!(drawings(&page)[0].contains("That is right for a code without a state"));
    assert_in_order(
        drawings(&page)[1],
        &["did not exchange the code within its minute", "What to do: ", "app\u{27}s log"],
    );
}

#[test]
fn a_login_of_the_implicit_grant_ends_with_the_token_and_its_checks_belong_to_it() {
    let emulator = automatic("ada");
    let callback = form(&[("redirect_uri", CALLBACK)]);
    let target = format!("/oauth/authorize?response_type=token&client_id=public-app&state=s&{callback}");
    let location = get(&emulator, &target).location().replace('#', "?");
    assert_eq!(state(drawings(&page(&emulator))[0]), "done");
    get_as(&emulator, &query(&location)["access_token"], "/oauth/tokeninfo");
    let page = page(&emulator);
    let steps = [
        "public-app",
        "with an access token",
        "callback: token",
        "GET /oauth/tokeninfo",
        "whose token it is",
    ];
    assert_in_order(drawings(&page)[0], &steps);
    assert_eq!((drawings(&page).len(), state(drawings(&page)[0])), (1, "done"));
}

#[test]
fn a_login_on_the_pages_is_one_login_until_it_ends() {
    let emulator = with_pages();
    let target = authorize_target("oidc-app", "&state=a+b%2f");
    let picker = get(&emulator, &target).location().to_owned();
    get(&emulator, &picker);
    let chosen = form(&[("portal", "emulated"), ("target", &target)]);
    let login = post(&emulator, "/oauth/district-picker", &[FORM], &chosen).location().to_owned();
    get(&emulator, &login);
    let wrong =
        form(&[("portal", "emulated"), ("target", &target), ("username", "510001"), ("password", "x")]);
    post(&emulator, "/login", &[FORM], &wrong);
    {
        let page = page(&emulator);
        assert_eq!(state(drawings(&page)[0]), "failed");
        assert!(drawings(&page)[0].contains("the sign-in number is the user name and the password"));
    }
    let answer = crate::support::sign_in(&emulator, "510001", &target);
    let cookie = crate::support::cookie(&answer);
    let callback = get_with(&emulator, answer.location(), &[("Cookie", &cookie)]);
    exchange(&emulator, "oidc-app", &query(callback.location())["code"]);
    let page = page(&emulator);
    let [drawing] = drawings(&page)[..] else { panic!("one login: {page}") };
    let steps = [
        "GET /oauth/authorize",
        "to another page of Clever",
        "GET /oauth/district-picker",
        "a page for the person",
        "POST /oauth/district-picker",
        "GET /login",
        "POST /login",
        "<strong>401</strong>",
        "POST /login",
        "GET /oauth/authorize",
        "with a code and the state",
        "POST /oauth/tokens",
    ];
    assert_in_order(drawing, &steps);
    assert_eq!(state(drawing), "done");
    // The same URL, opened again, begins another login.
    get_with(&emulator, answer.location(), &[("Cookie", &cookie)]);
    assert_eq!(drawings(&crate::desk::page(&emulator)).len(), 2);
}

#[test]
fn a_scenario_says_what_a_good_client_does() {
    let emulator = automatic("ada");
    for (name, expected_state) in [("id-token-expired", "failed"), ("tokens-extra-fields", "done")] {
        let scenario = scenarios().iter().find(|scenario| scenario.name() == name).unwrap();
        let prefix = scenario.prefix();
        let answer = get(&emulator, &format!("{prefix}{}", authorize_target("oidc-app", "&state=s")));
        let given = query(answer.location())["code"].clone();
        let fields = [("grant_type", "authorization_code"), ("code", &given), ("redirect_uri", CALLBACK)];
        let authorization = basic("oidc-app", "oidc-secret");
        let headers = [FORM, ("Authorization", &authorization[..])];
        assert_eq!(post(&emulator, &format!("{prefix}/oauth/tokens"), &headers, &form(&fields)).status, 200);
        let page = page(&emulator);
        let drawing = drawings(&page)[0];
        assert_eq!(state(drawing), expected_state, "{name}");
        let escaped = scenario.client().replace('<', "&lt;");
        assert_in_order(
            drawing,
            &["scenario ", name, "urpose: ", name, "A good client: ", &escaped, scenario.outcome()],
        );
    }
}

#[test]
fn logins_and_journal_are_filtered_by_app_and_by_failure() {
    let emulator = automatic("ada");
    access_token(&emulator);
    exchange(&emulator, "oidc-app", &code(&emulator, "oidc-app", "&state=s"));
    with_wrong_secret(&emulator, &code(&emulator, "oidc-app", "&state=t"));
    get(&emulator, "/nothing");
    let rows = |page: &str| part(page, "journal").matches("<li data-number").count();
    for (filter, logins, requests) in [
        (&[][..], 3, 7),
        (&[("app", "oidc-app")], 2, 4),
        (&[("app", "oauth-app")], 1, 2),
        (&[("app", "public-app")], 0, 0),
        (&[("failed", "true")], 1, 2),
        (&[("app", "oidc-app"), ("failed", "true")], 1, 1),
        (&[("app", "oauth-app"), ("failed", "true")], 0, 0),
    ] {
        let page = sought(&emulator, filter);
        assert_eq!((drawings(&page).len(), rows(&page)), (logins, requests), "{filter:?}");
    }
    let page = sought(&emulator, &[("app", "oidc-app"), ("failed", "true"), ("people", "ada")]);
    assert!(
        page.contains(r#"<option value="oidc-app" selected>"#) && page.contains(r#"value="true" checked>"#)
    );
    let people = part(&page, "people");
    assert!(
        people.contains(r#"<input type="hidden" name="app" value="oidc-app">"#),
        "one search keeps the other"
    );
    let alone = browse(&emulator, "GET", "desk/journal?failed=true", &[], "");
    assert_eq!(alone.page().matches("<li data-number").count(), 2);
}

#[test]
fn people_and_scenarios_can_be_searched_without_a_script() {
    let page = sought(&with_pages(), &[("people", "NO email teacher"), ("scenarios", "tokens 502")]);
    let shown = |id: &str| {
        let rows = part(&page, id).split("<li ").skip(1);
        rows.filter(|row| !row.starts_with("hidden")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(shown("people").iter().any(|row| row.contains("Wei Zhong")) && shown("people").len() < 5);
    let [only] = &shown("scenarios")[..] else { panic!("one scenario") };
    assert!(only.contains("tokens-502-html"));
    assert!(part(&page, "scenarios").contains(r#"<details class="group" open>"#));
}

#[test]
fn names_and_searches_are_text_and_never_markup() {
    let hostile = r#""><script>alert(1)</script>"#;
    let app = App::new("own-app", "secret", CALLBACK).with_oidc().with_name(hostile);
    let emulator = Emulator::start(Options::new().app(app).auto_login("ada")).unwrap();
    get(&emulator, &authorize_target("own-app", "&state=s"));
    let page = sought(&emulator, &[("app", ""), ("failed", ""), ("people", hostile), ("scenarios", hostile)]);
    assert_eq!(page.matches("<script").count(), 1, "only the desk's script");
    assert!(drawings(&page)[0].contains("&lt;script&gt;alert(1)"));
    assert!(!sought(&emulator, &[("app", hostile)]).contains("<script>alert"));
}

#[test]
fn the_latest_logins_are_drawn_and_no_more_than_twenty() {
    let emulator = automatic("ada");
    for number in 0..23 {
        code(&emulator, "oidc-app", &format!("&state={number}"));
    }
    let page = page(&emulator);
    let drawings = drawings(&page);
    assert_eq!(drawings.len(), 20);
    assert!(drawings[0].contains("Login 23: ") && drawings[19].contains("Login 4: "));
    assert_eq!(
        drawings.iter().filter(|drawing| drawing.contains("\" open>")).count(),
        1,
        "only the latest is unfolded"
    );
}

#[test]
fn a_long_login_is_drawn_with_its_latest_steps() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    for _ in 0..40 {
        get_as(&emulator, &token, "/v3.0/me");
    }
    let page = page(&emulator);
    assert_eq!(drawings(&page)[0].matches("<li class=\"step").count(), 30);
    assert!(drawings(&page)[0].contains("12 earlier steps are in the journal only"));
}

#[test]
fn a_login_with_a_code_from_the_controls_begins_with_the_exchange() {
    let emulator = Emulator::start(options()).unwrap();
    let body = serde_json::json!({ "client_id": "oidc-app", "person": "ada", "redirect_uri": CALLBACK });
    let made = crate::control::done(&emulator, "POST", "codes", &body);
    exchange(&emulator, "oidc-app", made["code"].as_str().unwrap());
    let page = page(&emulator);
    assert_in_order(drawings(&page)[0], &["Login 1", "POST /oauth/tokens", "<strong>200</strong> tokens"]);
}
