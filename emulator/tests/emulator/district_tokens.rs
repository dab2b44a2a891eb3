//! District tokens: their list, and the data that they give access to.

use clever_emulator::{App, Emulator, Options, UserType};
use serde_json::{Value, json};

use crate::http::Response;
use crate::support::{CALLBACK, access_token, automatic, basic, get, get_as, get_with, options, with_pages};

const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";
const SECOND_DISTRICT: &str = "64c1f0a2d3b94e5f60718100";
const LIST: &str = "/oauth/tokens?owner_type=district";

fn list(emulator: &Emulator, target: &str) -> Response {
    get_with(emulator, target, &[("Authorization", &basic("oauth-app", "oauth-secret"))])
}

/// The token of the first district.
fn token(emulator: &Emulator) -> String {
    let answer = list(emulator, &format!("{LIST}&district={DISTRICT}"));
    answer.json()["data"][0]["access_token"].as_str().unwrap().to_owned()
}

fn got(path: &str) -> Value {
    let emulator = with_pages();
    let answer = get_as(&emulator, &token(&emulator), path);
    assert_eq!(answer.status, 200, "{path} {}", answer.body);
    answer.json()
}

#[test]
fn each_district_that_shares_the_app_has_one_token() {
    let answer = list(&with_pages(), LIST).json();
    let tokens = answer["data"].as_array().unwrap();
    let owners: Vec<_> = tokens.iter().map(|token| &token["owner"]).collect();
    let owner = |id| json!({ "type": "district", "id": id });
    assert_eq!(owners, [&owner(DISTRICT), &owner(SECOND_DISTRICT)]);
    for token in tokens {
        let text = token["access_token"].as_str().unwrap();
        assert!(text.len() == 40 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{text}");
        assert_eq!(token["id"].as_str().unwrap().len(), 24);
        let created = token["created"].as_str().unwrap();
        assert!(created.len() == 24 && created.ends_with('Z'), "{created}");
        assert_eq!(token["scopes"].as_array().unwrap().len(), 5);
    }
    assert_eq!(answer["links"], json!([{ "rel": "self", "uri": LIST }]));
}

#[test]
fn the_list_can_be_limited_to_one_district() {
    let emulator = with_pages();
    // The link has the parameters in this order, for any order in the request.
    let answer = list(&emulator, &format!("/oauth/tokens?district={DISTRICT}&owner_type=district")).json();
    assert_eq!(answer["data"].as_array().unwrap().len(), 1);
    assert_eq!(answer["links"][0]["uri"], format!("{LIST}&district={DISTRICT}"));
    let other = list(&emulator, &format!("{LIST}&district=%26x")).json();
    assert_eq!(
        other,
        json!({ "data": [], "links": [{ "rel": "self", "uri": format!("{LIST}&district=%26x") }] })
    );
    assert_eq!(list(&emulator, "/oauth/tokens").json()["data"].as_array().unwrap().len(), 2);
}

#[test]
fn another_owner_type_or_a_repeated_parameter_is_refused() {
    for query in ["owner_type=user", "owner_type=district&owner_type=district"] {
        let answer = list(&with_pages(), &format!("/oauth/tokens?{query}"));
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()), "{query}");
    }
}

#[test]
fn the_list_needs_http_basic() {
    let emulator = with_pages();
    for authorization in [
        basic("oauth-app", "wrong"),
        basic("nobody", "oauth-secret"),
        basic("public-app", ""),
        "Basic !!!".to_owned(),
        format!("Bearer {}", token(&emulator)),
    ] {
        let answer = get_with(&emulator, LIST, &[("Authorization", &authorization)]);
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (401, &"invalid_client".into()),
            "{authorization}"
        );
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
    }
    let in_query = format!("{LIST}&client_id=oauth-app&client_secret=oauth-secret");
    for target in [LIST, &in_query] {
        assert_eq!(get(&emulator, target).status, 401);
    }
}

#[test]
fn the_tokens_are_the_same_at_every_start_and_different_for_each_app() {
    assert_eq!(token(&with_pages()), token(&with_pages()));
    let emulator = with_pages();
    let of = |client_id, secret| {
        get_with(&emulator, LIST, &[("Authorization", &basic(client_id, secret))]).json()["data"].clone()
    };
    assert_ne!(of("oauth-app", "oauth-secret"), of("oidc-app", "oidc-secret"));
    assert_eq!(of("library-app", "library-secret"), json!([]), "Clever Library has no district");
}

#[test]
fn tokeninfo_of_a_district_token_has_its_app() {
    let emulator = with_pages();
    assert_eq!(get_as(&emulator, &token(&emulator), "/oauth/tokeninfo").json()["client_id"], "oauth-app");
}

#[test]
fn a_token_does_not_expire() {
    let emulator = with_pages();
    let token = token(&emulator);
    emulator.advance(std::time::Duration::from_secs(400 * 24 * 3600));
    assert_eq!(get_as(&emulator, &token, "/v3.0/districts").status, 200);
}

#[test]
fn a_token_reads_all_details_of_its_district_and_no_other_district() {
    let emulator = with_pages();
    let token = token(&emulator);
    let list = get_as(&emulator, &token, "/v3.0/districts").json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let uri = list["data"][0]["uri"].as_str().unwrap();
    assert_eq!(uri, format!("/v3.0/districts/{DISTRICT}"));
    let district = get_as(&emulator, &token, uri).json();
    assert_eq!(district["data"], list["data"][0]["data"]);
    assert_eq!((&district["data"]["state"], &district["data"]["error"]), (&json!("running"), &json!("")));
    assert_eq!(district["data"]["district_contact"]["name"], json!({ "first": "Dana", "last": "Whitfield" }));
    let portal = format!("{}/in/emulated", emulator.base_url());
    assert_eq!(district["data"]["portal_url"], portal);
    let methods = json!(["Emulated Directory", "Clever Passwords", "Clever Badges"]);
    assert_eq!(district["data"]["login_methods"], methods);
    assert_eq!(get_as(&emulator, &token, &format!("/v3.0/districts/{SECOND_DISTRICT}")).status, 404);
}

#[test]
fn a_district_has_its_state_since_version_2_and_its_portal_since_2_1() {
    for (version, has_state, has_portal) in [
        ("v1.1", false, false),
        ("v1.2", false, false),
        ("v2.0", true, false),
        ("v2.1", true, true),
        ("v3.1", true, true),
    ] {
        let data = &got(&format!("/{version}/districts/{DISTRICT}"))["data"];
        assert_eq!(data["name"], "Emulated School District");
        assert_eq!(
            (data.get("state").is_some(), data.get("portal_url").is_some()),
            (has_state, has_portal),
            "{version}"
        );
    }
}

#[test]
fn a_token_reads_everyone_in_its_district_and_no_one_else() {
    let emulator = with_pages();
    let token = token(&emulator);
    for person in emulator.people() {
        let status = get_as(&emulator, &token, &format!("/v3.0/users/{}", person.id)).status;
        let own = person.district_id.as_deref() == Some(DISTRICT);
        assert_eq!(status, if own { 200 } else { 404 }, "{}", person.handle);
    }
}

#[test]
fn a_token_shows_only_people_that_the_app_is_for() {
    let app = App::new("oauth-app", "oauth-secret", CALLBACK).with_user_types([UserType::Staff]);
    let emulator = Emulator::start(Options::new().app(app)).unwrap();
    let token = token(&emulator);
    let status = |handle| {
        let id = emulator.person(handle).unwrap().id.clone();
        get_as(&emulator, &token, &format!("/v3.0/users/{id}")).status
    };
    assert_eq!((status("olga"), status("ada")), (200, 404));
}

#[test]
fn the_links_of_a_student_to_district_sections_contacts_teachers_and_schools_all_work() {
    let emulator = with_pages();
    let token = token(&emulator);
    let theo = emulator.person("theo").unwrap();
    let user = get_as(&emulator, &token, &format!("/v3.0/users/{}", theo.id)).json();
    let links = user["links"].as_array().unwrap();
    let names: Vec<_> = links.iter().map(|link| link["rel"].as_str().unwrap()).collect();
    assert_eq!(names, ["self", "district", "sections", "myContacts", "myTeachers", "schools"]);
    for link in links {
        let uri = link["uri"].as_str().unwrap();
        assert_eq!(get_as(&emulator, &token, uri).status, 200, "{uri}");
    }
    let part = |rel: &str| get_as(&emulator, &token, &format!("/v3.0/users/{}/{rel}", theo.id)).json();
    assert_eq!(part("district")["data"]["id"], DISTRICT);
    let schools: Vec<_> =
        part("schools")["data"].as_array().unwrap().iter().map(|x| x["data"]["id"].clone()).collect();
    assert_eq!(json!(schools), json!(theo.role.schools));
    assert_eq!((&part("sections")["data"], &part("myteachers")["data"]), (&json!([]), &json!([])));
}

#[test]
fn the_schools_are_those_of_the_district() {
    let schools = got("/v3.0/schools");
    let names: Vec<_> =
        schools["data"].as_array().unwrap().iter().map(|school| school["data"]["name"].clone()).collect();
    let expected = ["Emulated Elementary School", "Emulated Middle School", "Emulated High School"];
    assert_eq!(json!(names), json!(expected));
    let uri = schools["data"][2]["uri"].as_str().unwrap();
    let school = got(uri);
    assert_eq!(school["data"], schools["data"][2]["data"]);
    assert_eq!((&school["data"]["low_grade"], &school["data"]["high_grade"]), (&json!("9"), &json!("12")));
    let emulator = with_pages();
    let island = "/v3.0/schools/64c1f0a2d3b94e5f60718211";
    assert_eq!(get_as(&emulator, &token(&emulator), island).status, 404);
}

#[test]
fn a_district_token_has_no_person() {
    let emulator = with_pages();
    for path in ["/me", "/v3.0/me", "/userinfo"] {
        let answer = get_as(&emulator, &token(&emulator), path);
        assert!(answer.status == 404 && answer.body.contains(&format!("Cannot GET {path}")), "{path}");
    }
}

#[test]
fn a_login_reads_no_lists_and_only_its_own_schools() {
    let emulator = automatic("ada");
    let (login, ada) = (access_token(&emulator), emulator.person("ada").unwrap());
    let parts = ["district", "schools", "sections"].map(|part| format!("/v3.0/users/{}/{part}", ada.id));
    for path in ["/v3.0/districts".to_owned(), "/v2.1/schools".to_owned()].iter().chain(&parts) {
        let answer = get_as(&emulator, &login, path);
        assert!(answer.status == 404 && answer.body.contains("Cannot GET"), "{path}");
    }
    let status = |id: &str| get_as(&emulator, &login, &format!("/v3.1/schools/{id}")).status;
    assert_eq!((status(&ada.role.schools[0]), status("64c1f0a2d3b94e5f60718201")), (200, 404));
}

#[test]
fn an_app_that_its_district_no_longer_shares_has_no_token_for_it() {
    let first = Emulator::start(options()).unwrap();
    let token = token(&first);
    let app = App::new("oauth-app", "oauth-secret", CALLBACK).with_districts([SECOND_DISTRICT]);
    let second = Emulator::start(Options::new().app(app)).unwrap();
    assert_eq!(get_as(&second, &token, "/v3.0/districts").status, 401);
    assert_eq!(list(&second, LIST).json()["data"].as_array().unwrap().len(), 1);
}
