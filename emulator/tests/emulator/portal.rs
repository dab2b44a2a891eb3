//! The portal: the apps of the signed-in person, and the links of their icons.

use clever_emulator::{Emulator, Options};

use crate::http::Response;
use crate::support::{FORM, form, get, get_with, post, query, session, sign_in};

const WORD_GARDEN: &str = "e3a91c57d0b846f2a5c8";
const STAR_ATLAS: &str = "96c4e07b2d8f51a3b0e7";

/// The built-in world with its apps, where people sign in on the pages.
fn emulator() -> Emulator {
    Emulator::start(Options::new()).unwrap()
}

fn portal(emulator: &Emulator, handle: &str, target: &str) -> Response {
    get_with(emulator, target, &[("Cookie", &session(emulator, handle))])
}

/// The names of the apps, and the addresses behind them.
fn apps(page: &str) -> Vec<(String, String)> {
    let icon = |part: &str| {
        let link = part.split('"').next().unwrap().replace("&amp;", "&");
        let name = part.split(r#"<span dir="auto">"#).nth(1).unwrap().split('<').next().unwrap();
        (name.to_owned(), link)
    };
    page.split(r#"<a class="app" href=""#).skip(1).map(icon).collect()
}

fn names(page: &str) -> Vec<String> {
    apps(page).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn everyone_sees_exactly_the_apps_they_may_use() {
    let emulator = emulator();
    for (handle, expected) in [
        ("ada", vec!["Word Garden", "Number Trail", "Map Corner", "Homework Desk", "Star Atlas"]),
        ("grace", vec!["Word Garden", "Number Trail", "Map Corner", "Star Atlas"]),
        ("eda", vec!["Word Garden", "Number Trail", "Map Corner", "Staff Room", "Star Atlas"]),
        ("lou", vec!["Reading Lamp"]),
    ] {
        assert_eq!(names(portal(&emulator, handle, "/login").page()), expected, "{handle}");
    }
}

#[test]
fn an_app_that_is_not_enabled_for_administrators_has_a_flag_in_their_portal() {
    let emulator = emulator();
    let session = session(&emulator, "dana");
    let page = get_with(&emulator, "/in/emulated", &[("Cookie", &session)]);
    let icons: Vec<_> = page.page().split(r#"<a class="app" href=""#).skip(1).collect();
    let is_flagged =
        |icon: &&str| icon.split("</a>").next().unwrap().contains("Not enabled for administrators");
    let flagged: Vec<_> = icons.iter().filter(|icon| is_flagged(icon)).collect();
    assert!(flagged.len() == 1 && flagged[0].contains("Homework Desk"), "{flagged:?}");
    let (_, link) = apps(page.page()).into_iter().find(|(name, _)| name == "Homework Desk").unwrap();
    assert_eq!(
        get_with(&emulator, &link, &[("Cookie", &session)]).status,
        403,
        "the app refuses the administrator"
    );
    let teacher = portal(&emulator, "grace", "/in/emulated");
    assert!(!teacher.page().contains("Homework Desk") && !teacher.page().contains("Not enabled"));
}

#[test]
fn an_icon_leads_to_the_app_without_a_state_as_at_clever() {
    let emulator = emulator();
    let session = session(&emulator, "ada");
    let page = get_with(&emulator, "/in/emulated", &[("Cookie", &session)]);
    let (_, link) = apps(page.page()).into_iter().find(|(name, _)| name == "Word Garden").unwrap();
    assert_eq!(
        link,
        format!(
            "/oauth/authorize?channel=clever-portal&client_id={WORD_GARDEN}&confirmed=true\
             &district_id=53ee4b8a44abc88c1c00119b&redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fcallback\
             &response_type=code"
        )
    );
    let answer = get_with(&emulator, &link, &[("Cookie", &session)]);
    let arrived = query(answer.location());
    assert!(answer.location().starts_with("http://127.0.0.1:5000/callback?code="));
    assert!(arrived.contains_key("code") && !arrived.contains_key("state"));
}

#[test]
fn every_icon_leads_to_its_app() {
    let emulator = emulator();
    for handle in ["ada", "eda", "lou"] {
        let session = session(&emulator, handle);
        let page = get_with(&emulator, "/login", &[("Cookie", &session)]);
        for (name, link) in apps(page.page()) {
            let answer = get_with(&emulator, &link, &[("Cookie", &session)]);
            let place = if link.contains(STAR_ATLAS) {
                "https://star-atlas.example/"
            } else {
                "http://127.0.0.1:5000/"
            };
            assert_eq!(answer.status, 302, "{name}");
            assert!(answer.location().starts_with(place), "{name}");
        }
    }
}

#[test]
fn an_app_without_a_secret_gets_its_token_in_the_fragment() {
    let emulator = emulator();
    let session = session(&emulator, "ada");
    let page = get_with(&emulator, "/login", &[("Cookie", &session)]);
    let (_, link) = apps(page.page()).into_iter().find(|(name, _)| name == "Map Corner").unwrap();
    assert!(link.ends_with("&response_type=token"), "{link}");
    let location = get_with(&emulator, &link, &[("Cookie", &session)]).location().to_owned();
    assert!(
        location.starts_with("http://127.0.0.1:5000/callback#token_type=bearer&access_token=il"),
        "{location}"
    );
}

#[test]
fn the_portal_links_of_clever_library_have_no_district() {
    let page = portal(&emulator(), "lou", "/in/library");
    let all = apps(page.page());
    assert!(page.page().contains("Clever Library") && all.len() == 1);
    assert!(!all[0].1.contains("district_id"), "{}", all[0].1);
}

#[test]
fn an_icon_is_a_letter_on_a_color_and_not_an_image() {
    let page = portal(&emulator(), "ada", "/login");
    assert!(page.page().contains(r#"aria-hidden="true">W</span><span dir="auto">Word Garden</span>"#));
    assert!(!page.page().contains("<img") && !page.page().contains("<svg"));
}

#[test]
fn people_who_are_not_signed_in_see_the_login_page_of_that_portal_and_come_back() {
    let emulator = emulator();
    for (short_name, name, number) in [
        ("emulated", "Emulated School District", "510001"),
        ("island", "Emulated Island Schools", "530001"),
        ("library", "Clever Library", "620001"),
    ] {
        let address = format!("/in/{short_name}");
        let page = get(&emulator, &address);
        assert_eq!(page.status, 200);
        assert!(page.page().contains(&format!("Log in to {name}")), "{short_name}");
        assert!(page.page().contains(&format!(r#"name="target" value="{address}""#)), "{short_name}");
        let signed_in = sign_in(&emulator, number, &address);
        assert_eq!(signed_in.location(), address);
        let back = get_with(&emulator, &address, &[("Cookie", &crate::support::cookie(&signed_in))]);
        assert!(back.page().contains("Your apps"), "{short_name}");
    }
}

#[test]
fn a_portal_of_another_district_shows_its_login_page_and_who_is_signed_in() {
    let page = portal(&emulator(), "ada", "/in/island");
    assert!(page.page().contains("Log in to Emulated Island Schools") && apps(page.page()).is_empty());
    assert!(page.page().contains("Signed in as <strong dir=\"auto\">Ada Ashworth"));
    assert!(page.page().contains(r#"action="/logout""#));
}

#[test]
fn an_unknown_portal_has_a_friendly_page() {
    let answer = get(&emulator(), "/in/%3Cscript%3E");
    assert_eq!(answer.status, 404);
    assert!(answer.page().contains(r#"role="alert""#) && answer.page().contains("Find your school"));
    assert!(!answer.page().contains("<script"));
}

#[test]
fn logging_out_of_the_portal_ends_the_session_and_shows_the_login_page_again() {
    let emulator = emulator();
    let session = session(&emulator, "anouk");
    let page = get_with(&emulator, "/in/island", &[("Cookie", &session)]);
    assert!(page.page().contains(r#"name="target" value="/in/island""#));
    let body = form(&[("target", "/in/island")]);
    let answer = post(&emulator, "/logout", &[FORM, ("Cookie", &session)], &body);
    assert_eq!((answer.status, answer.location()), (303, "/in/island"));
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    let page = get_with(&emulator, "/in/island", &[("Cookie", &session)]);
    assert!(page.page().contains("Log in to Emulated Island Schools"));
}

#[test]
fn below_a_scenario_the_portal_leads_to_the_apps_of_the_scenario() {
    let emulator = emulator();
    let page = portal(&emulator, "ada", "/s/me-500/in/emulated");
    assert!(apps(page.page()).iter().all(|(_, link)| link.starts_with("/s/me-500/oauth/authorize?")));
    assert_eq!(apps(page.page()).len(), 5);
    let login = get(&emulator, "/s/me-500/in/emulated");
    assert!(login.page().contains(r#"name="target" value="/s/me-500/in/emulated""#));
}

#[test]
fn automatic_logins_open_the_portal_without_a_login_page() {
    let emulator = Emulator::start(Options::new().auto_login("ada")).unwrap();
    for target in ["/in/emulated", "/login"] {
        let page = get(&emulator, target);
        assert_eq!(names(page.page()).len(), 5);
        assert!(page.page().contains("Logged in automatically as") && !page.page().contains("/logout"));
    }
}

#[test]
fn a_portal_without_apps_says_so() {
    let world = clever_emulator::World::built_in();
    let app = clever_emulator::App::new("a", "s", "http://127.0.0.1/")
        .with_districts([world.districts()[1].id.clone()]);
    let emulator = Emulator::start(Options::new().app(app)).unwrap();
    let page = portal(&emulator, "ada", "/login");
    assert!(page.page().contains("You have no apps here."));
}
