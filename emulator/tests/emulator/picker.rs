//! The school picker: when it is shown, what it finds, and what it remembers.

use clever_emulator::{Emulator, Options, World};

use crate::http::Response;
use crate::support::{
    FORM, authorize_target, automatic, cookie, form, get, get_with, options, post, query, session, sign_in,
    with_pages,
};

const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";
const ISLAND: &str = "64c1f0a2d3b94e5f60718100";

fn picker_target(more: &str) -> String {
    authorize_target("oauth-app", more).replace("/authorize?", "/district-picker?")
}

fn choose(emulator: &Emulator, portal: &str, target: &str) -> Response {
    post(emulator, "/oauth/district-picker", &[FORM], &form(&[("portal", portal), ("target", target)]))
}

/// The schools and districts that the picker shows: the part of the page above the list for developers.
fn found(emulator: &Emulator, target: &str) -> String {
    let page = get(emulator, target);
    assert_eq!(page.status, 200, "{target}");
    page.page().split("<details lang=\"en\">").next().unwrap().to_owned()
}

#[test]
fn a_login_without_a_district_goes_through_the_picker_with_the_same_parameters() {
    let emulator = with_pages();
    let more = "&state=a%2Bb+c&nonce=n";
    let answer = get(&emulator, &authorize_target("oauth-app", more));
    assert_eq!((answer.status, answer.location()), (302, picker_target(more).as_str()));
    let page = get(&emulator, answer.location());
    assert!(page.page().contains("Find your school") && page.page().contains("oauth-app</strong>"));
    assert!(page.page().contains(r#"<input type="hidden" name="state" value="a+b c">"#));
}

#[test]
fn a_whole_login_with_the_picker_keeps_the_state_and_ends_at_the_app() {
    let emulator = with_pages();
    let page = get(&emulator, &picker_target("&state=a%2Bb+c"));
    let target = page.page().split(r#"name="target" value=""#).nth(1).unwrap().split('"').next().unwrap();
    let chosen = choose(&emulator, "island", &target.replace("&amp;", "&"));
    assert_eq!(chosen.status, 303);
    let login = get(&emulator, chosen.location());
    assert!(login.page().contains("Log in to Emulated Island Schools"));
    let target = query(&format!("http://emulator{}", chosen.location()))["target"].clone();
    let signed_in = sign_in(&emulator, "530001", &target);
    let answer = get_with(&emulator, signed_in.location(), &[("Cookie", &cookie(&signed_in))]);
    assert_eq!(query(answer.location())["state"], "a+b c");
}

#[test]
fn a_district_in_the_request_skips_the_picker() {
    let emulator = with_pages();
    let more = format!("&district_id={ISLAND}");
    let answer = get(&emulator, &authorize_target("oauth-app", &more));
    assert!(answer.location().starts_with("/login?portal=island&target="), "{}", answer.location());
    let answer = get(&emulator, &picker_target(&more));
    assert_eq!(answer.location(), authorize_target("oauth-app", &more));
}

#[test]
fn people_who_are_signed_in_or_have_chosen_a_school_are_not_asked() {
    let emulator = with_pages();
    let target = authorize_target("oauth-app", "");
    let signed_in = session(&emulator, "ada");
    assert!(query(get_with(&emulator, &target, &[("Cookie", &signed_in)]).location()).contains_key("code"));
    let chosen = cookie(&choose(&emulator, "island", ""));
    let answer = get_with(&emulator, &target, &[("Cookie", &chosen)]);
    assert!(answer.location().starts_with("/login?target="), "{}", answer.location());
    let login = get_with(&emulator, answer.location(), &[("Cookie", &chosen)]);
    assert!(login.page().contains("Log in to Emulated Island Schools"));
}

#[test]
fn the_choice_is_remembered_for_a_year_in_a_cookie_that_scripts_cannot_read() {
    let chosen = choose(&with_pages(), "emulated", "");
    let (name, attributes) = chosen.header("set-cookie").unwrap().split_once("; ").unwrap();
    assert!(name.starts_with("clever_emulator_") && name.ends_with("_school=emulated"), "{name}");
    assert_eq!(attributes, "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax");
    assert_eq!((chosen.status, chosen.location()), (303, "/in/emulated"));
}

#[test]
fn the_choice_can_be_changed_on_the_login_page() {
    let emulator = with_pages();
    let chosen = cookie(&choose(&emulator, "island", ""));
    let login = get_with(&emulator, "/login?target=%2Fx", &[("Cookie", &chosen)]);
    let link = r#"<a href="/login?choose=true&amp;target=%2Fx">Not your school?</a>"#;
    assert!(login.page().contains(link), "{}", login.body);
    let asked = get_with(&emulator, "/login?choose=true&target=%2Fx", &[("Cookie", &chosen)]);
    assert!(asked.page().contains("Find your school"));
    assert!(asked.page().contains(r#"name="target" value="/x""#));
    let changed = choose(&emulator, "emulated", "/x");
    assert_eq!(changed.location(), "/login?portal=emulated&target=%2Fx");
}

#[test]
fn a_remembered_school_that_no_longer_exists_is_ignored() {
    let emulator = with_pages();
    let chosen = cookie(&choose(&emulator, "island", "")).replace("island", "gone");
    let answer = get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &chosen)]);
    assert!(answer.location().starts_with("/oauth/district-picker?"));
    assert!(get_with(&emulator, "/login", &[("Cookie", &chosen)]).page().contains("Find your school"));
}

#[test]
fn a_search_finds_schools_and_districts_by_their_names() {
    let emulator = with_pages();
    for (search, there, absent) in [
        ("", "Emulated Middle School", "No matching school or district"),
        ("HIGH", "Emulated High School", "Island"),
        ("island+primary", "Island Primary School", "Secondary"),
        ("island", "Emulated Island Schools", "Emulated School District"),
        (DISTRICT, "Emulated School District", "Island"),
        ("%3Cscript%3E", "No matching school or district", "<script"),
    ] {
        for target in [picker_target(&format!("&search={search}")), format!("/login?search={search}")] {
            let page = found(&emulator, &target);
            assert!(page.contains(there) && !page.contains(absent), "{target}");
        }
    }
}

#[test]
fn a_sandbox_is_found_by_its_id_only() {
    let island = "short_name = \"island\"";
    let world = World::built_in_toml().replacen(island, "short_name = \"island\"\nsandbox = true", 1);
    let world = World::from_toml(&world).unwrap();
    let emulator = Emulator::start(options().world(world)).unwrap();
    let button = r#"name="portal" value="island""#;
    for search in ["", "island", "64c1f0"] {
        assert!(!found(&emulator, &format!("/login?search={search}")).contains(button), "{search}");
    }
    assert!(found(&emulator, &format!("/login?search={ISLAND}")).contains(button));
}

#[test]
fn the_picker_has_a_link_for_people_of_clever_library() {
    let emulator = with_pages();
    assert!(found(&emulator, "/login?search=nowhere").contains(r#"name="portal" value="library""#));
    let chosen = choose(&emulator, "library", "/x");
    assert_eq!(chosen.location(), "/login?portal=library&target=%2Fx");
    assert!(get(&emulator, chosen.location()).page().contains("Log in to Clever Library"));
}

#[test]
fn a_wrong_request_is_refused_before_the_school_picker() {
    let emulator = with_pages();
    for query in [
        "",
        "response_type=code&client_id=nobody",
        "response_type=code&client_id=oauth-app&search=a&search=b",
    ] {
        assert_eq!(get(&emulator, &format!("/oauth/district-picker?{query}")).status, 400, "{query}");
    }
}

#[test]
fn an_invalid_choice_is_refused_and_does_not_redirect() {
    let emulator = with_pages();
    for portal in ["", "nowhere", "<b>"] {
        let answer = choose(&emulator, portal, "");
        assert_eq!((answer.status, answer.header("set-cookie")), (404, None), "{portal}");
        assert!(!answer.page().contains("<b>"));
    }
    assert_eq!(choose(&emulator, "island", "//evil.example").location(), "/in/island");
}

#[test]
fn instant_logins_show_the_school_picker_only_without_a_district() {
    let emulator = with_pages();
    let instant = "/oauth/instant-login?client_id=oauth-app";
    let page = get(&emulator, get(&emulator, instant).location());
    assert!(page.page().contains("Find your school") && page.page().contains("oauth-app</strong>"));
    let answer = get(&emulator, &format!("{instant}&district_id={ISLAND}"));
    assert!(answer.location().starts_with("/login?portal=island&target=%2Foauth%2Finstant-login"));
}

#[test]
fn automatic_logins_skip_the_picker() {
    let target = authorize_target("oauth-app", "");
    let emulator = automatic("ada");
    assert!(query(get(&emulator, &target).location()).contains_key("code"));
    assert_eq!(get(&emulator, &picker_target("")).location(), target);
    let without_apps = Emulator::start(Options::new().auto_login("ada")).unwrap();
    assert_eq!(get(&without_apps, &picker_target("")).status, 400);
}
