//! docs/emulator.md lists the emulator's choices where Clever's behavior is unknown. Each has a test.

use std::fs;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_emulator::{App, Emulator, Options, World};
use serde_json::{Value, json};

use crate::id_token::verified;
use crate::support::{
    FORM, access_token, authorize_target, automatic, basic, code, cookie, exchange, form, get, get_as,
    get_with, options, post, query, session, tokens, with_pages,
};

const DOCUMENTATION: &str = include_str!("../../../docs/emulator.md");
const HEADING: &str = "\n## Choices where Clever's behavior is unknown\n";
const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";
const ISLAND: &str = "64c1f0a2d3b94e5f60718100";

/// The question of each row, in the order of the table, and the tests of the choice.
const SHOWN_BY: &[(&str, &[&str])] = &[
    (
        "other members of the discovery document",
        &[
            "discovery::the_metadata_has_what_openid_connect_discovery_requires",
            "choices::no_pkce_is_announced",
        ],
    ),
    (
        "algorithm, key id and number of keys",
        &[
            "discovery::the_key_set_has_one_rsa_key_of_2048_bits_for_rs256_signatures",
            "choices::the_key_id_is_the_thumbprint_of_the_key",
        ],
    ),
    (
        "caching of the discovery document and the keys",
        &["discovery::metadata_and_keys_can_be_cached_for_an_hour"],
    ),
    ("`code_challenge` (PKCE)", &["authorize::parameters_that_clever_ignores_are_ignored"]),
    ("scopes of an OpenID Connect app", &["authorize::a_token_is_in_the_fragment"]),
    (
        "an empty parameter",
        &["authorize::no_state_comes_back_when_none_was_sent", "confirmation::only_confirmed_false_asks"],
    ),
    (
        "a repeated parameter",
        &[
            "authorize::a_wrong_request_ends_on_a_page_and_never_in_a_redirect",
            "tokens::a_body_that_cannot_be_read_is_refused",
        ],
    ),
    ("an unknown `district_id`", &["authorize::a_wrong_request_ends_on_a_page_and_never_in_a_redirect"]),
    (
        "who has access to an app",
        &[
            "access::people_without_access_see_a_page_that_says_why",
            "library::people_without_access_to_an_app_see_a_page",
        ],
    ),
    (
        "`user_types` and a person with several roles",
        &["access::a_login_is_in_the_first_role_that_the_app_is_for"],
    ),
    (
        "a token of a person or district that lost access to the app",
        &["reload::a_token_stays_valid_when_its_person_loses_access_to_the_app"],
    ),
    (
        "an app in production, compared to one in development",
        &["choices::an_app_in_production_has_redirect_uris_with_https"],
    ),
    (
        "the response to `return_unshared=true` if the person has no access",
        &[
            "access::with_return_unshared_the_app_learns_that_a_person_has_no_access",
            "library::with_return_unshared_a_library_app_learns_that_a_person_has_no_access",
        ],
    ),
    (
        "`return_unshared` at Instant Login",
        &["choices::an_instant_login_ignores_the_parameters_of_authorize"],
    ),
    (
        "Instant Login and `district_id` for an app of Clever Library",
        &["choices::an_app_of_clever_library_is_reached_like_any_other"],
    ),
    ("`/userinfo` of a Library login", &["library::userinfo_also_has_no_district"]),
    (
        "the position of `loginas_by_admin` in the callback",
        &["visitor::the_callback_says_that_an_administrator_logs_in_as_the_person"],
    ),
    (
        "the `user_id` of an ID token after the person's id changed",
        &["id_token::a_person_with_a_new_id_also_has_the_old_id"],
    ),
    ("`response_type=token` for an app with a secret", &["authorize::a_token_is_in_the_fragment"]),
    (
        "a code for an app without a secret",
        &["authorize::a_wrong_request_ends_on_a_page_and_never_in_a_redirect"],
    ),
    (
        "`redirect_uri`, `state` and `nonce` at Instant Login",
        &[
            "authorize::an_instant_login_arrives_at_the_primary_redirect_uri_without_a_state",
            "choices::an_instant_login_ignores_the_parameters_of_authorize",
        ],
    ),
    (
        "`district_id` missing at Instant Login",
        &["choices::an_instant_login_ignores_the_parameters_of_authorize"],
    ),
    (
        "wrong password or badge on a login page",
        &[
            "login::a_wrong_password_shows_the_page_again_with_an_alert_and_keeps_the_target",
            "sign_in::an_unknown_badge_or_one_of_another_district_signs_no_one_in",
        ],
    ),
    (
        "a person from another district on a login page",
        &["sign_in::the_login_page_of_a_district_accepts_only_its_own_people"],
    ),
    (
        "the login methods of Clever Library",
        &["sign_in::a_login_page_offers_the_login_methods_of_its_district"],
    ),
    ("who has a badge, and its code", &["choices::every_badge_code_has_eight_letters_and_digits"]),
    (
        "the school picker before you type anything",
        &["choices::the_picker_shows_twenty_at_most", "picker::a_sandbox_is_found_by_its_id_only"],
    ),
    (
        "when the school picker is shown",
        &[
            "picker::a_login_without_a_district_goes_through_the_picker_with_the_same_parameters",
            "picker::instant_logins_show_the_school_picker_only_without_a_district",
        ],
    ),
    (
        "the school picker for an app of Clever Library",
        &["choices::an_app_of_clever_library_is_reached_like_any_other"],
    ),
    (
        "a `district_id` in the request that differs from the remembered school",
        &["choices::a_district_in_the_request_takes_precedence_and_is_not_remembered"],
    ),
    (
        "a person who is signed in at another district than the `district_id`",
        &["choices::a_person_signed_in_at_another_district_stays_signed_in"],
    ),
    (
        "`confirmed=false` just after a sign-in",
        &["confirmation::a_student_is_asked_and_yes_continues_with_the_same_parameters"],
    ),
    ("where \"Yes\" leads", &["confirmation::a_student_is_asked_and_yes_continues_with_the_same_parameters"]),
    ("who counts as a student for `confirmed`", &["confirmation::only_students_are_asked"]),
    ("`confirmed` at Instant Login", &["confirmation::only_confirmed_false_asks"]),
    (
        "the portal link of an app without a secret",
        &["portal::an_app_without_a_secret_gets_its_token_in_the_fragment"],
    ),
    (
        "the portal links for the people of Clever Library",
        &["portal::the_portal_links_of_clever_library_have_no_district"],
    ),
    (
        "an administrator opens an app with the flag",
        &["portal::an_app_that_is_not_enabled_for_administrators_has_a_flag_in_their_portal"],
    ),
    (
        "the words of the flag",
        &["portal::an_app_that_is_not_enabled_for_administrators_has_a_flag_in_their_portal"],
    ),
    (
        "logging out of the portal",
        &["portal::logging_out_of_the_portal_ends_the_session_and_shows_the_login_page_again"],
    ),
    ("the portal with `--auto-login`", &["portal::automatic_logins_open_the_portal_without_a_login_page"]),
    (
        "wrong or missing client credentials",
        &[
            "tokens::wrong_or_missing_credentials_are_refused_and_do_not_spend_the_code",
            "cross_origin::only_a_client_that_used_the_header_is_asked_for_a_password",
        ],
    ),
    (
        "credentials in the body",
        &[
            "tokens::credentials_can_be_in_the_body",
            "tokens::credentials_in_both_places_are_refused",
            "tokens::with_basic_only_credentials_in_the_body_are_refused",
        ],
    ),
    ("a missing or different `grant_type`", &["tokens::only_the_authorization_code_grant_is_supported"]),
    ("wrong content type", &["tokens::other_content_types_are_refused"]),
    (
        "a body that is neither a form nor a JSON object of strings",
        &["tokens::a_body_that_cannot_be_read_is_refused"],
    ),
    (
        "`code` or `redirect_uri` missing at the token endpoint",
        &[
            "tokens::a_missing_code_or_redirect_uri_is_an_invalid_request",
            "choices::a_request_without_a_redirect_uri_uses_up_no_code",
        ],
    ),
    (
        "a different redirect URI than the code's",
        &["tokens::a_code_needs_the_exact_redirect_uri_and_another_one_uses_it_up"],
    ),
    ("a code for another app", &["tokens::a_code_of_another_app_is_refused_and_spent"]),
    (
        "a code sent a second time",
        &["tokens::a_code_works_once", "choices::tokens_stay_valid_when_their_code_is_sent_again"],
    ),
    (
        "a token request without `Content-Length` (a chunked body)",
        &["tokens::a_chunked_body_without_a_length_is_refused"],
    ),
    ("`token_type` when there is an ID token", &["choices::a_response_with_an_id_token_has_the_token_type"]),
    (
        "the ID token's `district` or `district_id`",
        &[
            "choices::a_response_with_an_id_token_has_the_token_type",
            "api::userinfo_responds_the_same_to_get_and_post",
        ],
    ),
    (
        "a missing email",
        &[
            "api::a_user_without_an_email_has_no_such_member",
            "id_token::a_person_without_an_email_has_no_email_claim",
        ],
    ),
    (
        "`user_type` of a person with several roles",
        &["access::a_login_is_in_the_first_role_that_the_app_is_for"],
    ),
    ("the values of `user_type`", &["id_token::the_user_type_is_that_of_the_first_role"]),
    (
        "the 401 response of tokeninfo, API and userinfo",
        &["choices::a_token_that_is_not_valid_is_refused_as_json_with_a_challenge"],
    ),
    (
        "the access token in a form (RFC 6750 section 2.2)",
        &[
            "userinfo_form::the_token_can_be_in_the_form_of_a_post",
            "userinfo_form::a_token_sent_in_two_ways_or_in_the_query_is_refused",
        ],
    ),
    (
        "the access token in the query (RFC 6750 section 2.3)",
        &["userinfo_form::a_token_sent_in_two_ways_or_in_the_query_is_refused"],
    ),
    (
        "CORS on discovery, keys, tokens and tokeninfo",
        &[
            "cross_origin::with_cors_pages_of_every_origin_can_read_what_a_browser_client_needs",
            "cross_origin::without_cors_pages_of_other_origins_can_read_only_the_api",
        ],
    ),
    ("repeated slashes in a path", &["hosts::repeated_slashes_are_treated_as_one"]),
    (
        "another person's or an unknown id with a login's token",
        &["api::the_id_of_another_person_is_not_found"],
    ),
    (
        "links of a user",
        &[
            "api::a_user_has_an_object_of_roles",
            "district_tokens::the_links_of_a_student_to_district_sections_contacts_teachers_and_schools_all_work",
        ],
    ),
    (
        "which details of a person a login's token shows",
        &["older_versions::a_student_gains_members_from_version_to_version"],
    ),
    (
        "which details of a district it shows",
        &[
            "api::a_district_has_id_and_name",
            "district_tokens::a_token_reads_all_details_of_its_district_and_no_other_district",
        ],
    ),
    (
        "`/schools/{id}` with a login's token (Clever's pages disagree)",
        &["district_tokens::a_login_reads_no_lists_and_only_its_own_schools"],
    ),
    (
        "lists and parts of a user with a login's token, `/me` and `/userinfo` with a district token",
        &[
            "district_tokens::a_login_reads_no_lists_and_only_its_own_schools",
            "district_tokens::a_district_token_has_no_person",
        ],
    ),
    (
        "the people a district token shows",
        &[
            "district_tokens::a_token_reads_everyone_in_its_district_and_no_one_else",
            "district_tokens::a_token_shows_only_people_that_the_app_is_for",
        ],
    ),
    (
        "sections, contacts, students and teachers of a user",
        &[
            "district_tokens::the_links_of_a_student_to_district_sections_contacts_teachers_and_schools_all_work",
            "choices::there_are_no_rosters",
        ],
    ),
    ("`limit` and other parameters of lists", &["choices::the_parameters_of_lists_are_ignored"]),
    (
        "links to the schools and other parts of a user in versions 1 and 2",
        &["choices::a_user_of_an_older_version_links_to_no_school"],
    ),
    (
        "ids and user types before version 3",
        &["older_versions::me_before_version_3_has_the_old_id_and_type_of_the_role"],
    ),
    (
        "`contact` in `/me` before version 3",
        &["older_versions::me_before_version_3_has_the_old_id_and_type_of_the_role"],
    ),
    (
        "`authorized_by` in `/me` before version 3",
        &["older_versions::me_before_version_3_has_the_old_id_and_type_of_the_role"],
    ),
    (
        "contacts of students",
        &["older_versions::the_name_of_a_contact_is_a_single_string", "choices::a_contact_has_no_students"],
    ),
    (
        "the details of a district by version",
        &["district_tokens::a_district_has_its_state_since_version_2_and_its_portal_since_2_1"],
    ),
    (
        "the values of `login_methods` in the API",
        &["district_tokens::a_token_reads_all_details_of_its_district_and_no_other_district"],
    ),
    (
        "how long a district token lives",
        &["district_tokens::a_token_does_not_expire", "choices::a_district_token_outlives_a_reset"],
    ),
    (
        "an `owner_type` other than `district`; a missing one",
        &[
            "district_tokens::another_owner_type_or_a_repeated_parameter_is_refused",
            "district_tokens::the_list_can_be_limited_to_one_district",
        ],
    ),
    (
        "a `district` that does not share the app",
        &["district_tokens::the_list_can_be_limited_to_one_district"],
    ),
    ("an `OPTIONS` request to the API", &["api_headers::a_browser_may_ask_before_it_sends_a_token"]),
    ("an unknown path of the API without a token", &["choices::there_are_no_rosters"]),
    (
        "start of the rate limit's window",
        &["api::the_rate_limit_headers_count_down_and_open_a_new_window_after_a_minute"],
    ),
    ("how long a sign-in at the emulator lasts", &["login::a_session_ends_after_two_hours"]),
];

#[test]
fn every_choice_has_a_test() {
    let table = DOCUMENTATION.split(HEADING).nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let questions: Vec<_> = rows.map(|row| row[2..].split(" | ").next().unwrap()).collect();
    let listed: Vec<_> = SHOWN_BY.iter().map(|(question, _)| *question).collect();
    assert_eq!(questions, listed);
    for (question, tests) in SHOWN_BY {
        assert!(!tests.is_empty(), "{question}");
        for test in *tests {
            assert!(exists(test), "{question}: there is no test {test}");
        }
    }
}

fn exists(test: &str) -> bool {
    let (module, name) = test.split_once("::").unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator");
    let source = fs::read_to_string(folder.join(module).with_extension("rs")).unwrap_or_default();
    source.contains(&format!("#[test]\nfn {name}() {{\n"))
}

#[test]
fn no_pkce_is_announced() {
    let metadata = get(&with_pages(), "/.well-known/openid-configuration").json();
    assert!(metadata.get("code_challenge_methods_supported").is_none());
}

#[test]
fn the_key_id_is_the_thumbprint_of_the_key() {
    let key = &get(&with_pages(), "/oauth/certs").json()["keys"][0];
    // RFC 7638 section 3.2: these members in this order.
    let required = format!(r#"{{"e":{},"kty":"RSA","n":{}}}"#, key["e"], key["n"]);
    assert_eq!(key["kid"], URL_SAFE_NO_PAD.encode(digest(&SHA256, required.as_bytes())));
}

#[test]
fn an_app_in_production_has_redirect_uris_with_https() {
    let start = |uri| Emulator::start(Options::new().app(App::new("a", "s", uri).with_production()));
    assert!(start("https://app.example/callback").is_ok());
    assert!(start("http://127.0.0.1:5000/callback").is_err());
}

#[test]
fn an_instant_login_ignores_the_parameters_of_authorize() {
    let emulator = automatic("ada");
    let answer = get(&emulator, "/oauth/instant-login?client_id=oidc-app&nonce=n&return_unshared=true");
    let tokens = exchange(&emulator, "oidc-app", &query(answer.location())["code"]).json();
    assert_eq!(verified(&emulator, tokens["id_token"].as_str().unwrap(), "oidc-app").get("nonce"), None);
    let unshared = get(&emulator, "/oauth/instant-login?client_id=library-app&return_unshared=true");
    assert_eq!((unshared.status, unshared.header("location")), (403, None));
}

#[test]
fn an_app_of_clever_library_is_reached_like_any_other() {
    let emulator = automatic("lou");
    for more in [String::new(), format!("&district_id={DISTRICT}")] {
        let answer = get(&emulator, &format!("/oauth/instant-login?client_id=library-app{more}"));
        assert!(query(answer.location()).contains_key("code"), "{more}");
    }
    let emulator = with_pages();
    let asked = get(&emulator, &authorize_target("library-app", ""));
    assert!(asked.location().starts_with("/oauth/district-picker?"), "{}", asked.location());
    assert!(get(&emulator, asked.location()).page().contains(r#"name="portal" value="library""#));
}

#[test]
fn every_badge_code_has_eight_letters_and_digits() {
    let emulator = with_pages();
    for person in emulator.people() {
        let code = person.badge_code().replace('-', "");
        assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{code}");
    }
}

#[test]
fn the_picker_shows_twenty_at_most() {
    let school = |number| {
        format!(
            "\n[[school]]\nid = \"64c1f0a2d3b94e5f6071{number:04}\"\nname = \"Many {number}\"\ndistrict = \"{ISLAND}\"\n"
        )
    };
    let world = World::built_in_toml().to_owned() + &(1000..1030).map(school).collect::<String>();
    let emulator = Emulator::start(options().world(World::from_toml(&world).unwrap())).unwrap();
    let page = get(&emulator, "/login").page().split("<details lang=\"en\">").next().unwrap().to_owned();
    // The link to Clever Library is one more.
    assert_eq!(page.matches(r#"name="portal""#).count(), 21);
}

#[test]
fn a_district_in_the_request_takes_precedence_and_is_not_remembered() {
    let emulator = with_pages();
    let body = form(&[("portal", "emulated"), ("target", "")]);
    let chosen = cookie(&post(&emulator, "/oauth/district-picker", &[FORM], &body));
    let other = authorize_target("oauth-app", &format!("&district_id={ISLAND}"));
    let answer = get_with(&emulator, &other, &[("Cookie", &chosen)]);
    assert!(answer.location().starts_with("/login?portal=island&"), "{}", answer.location());
    let page = get_with(&emulator, answer.location(), &[("Cookie", &chosen)]);
    assert!(page.page().contains("Log in to Emulated Island Schools"));
    assert_eq!((answer.header("set-cookie"), page.header("set-cookie")), (None, None));
}

#[test]
fn a_person_signed_in_at_another_district_stays_signed_in() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    let target = authorize_target("oauth-app", &format!("&district_id={ISLAND}"));
    let answer = get_with(&emulator, &target, &[("Cookie", &ada)]);
    let tokens = exchange(&emulator, "oauth-app", &query(answer.location())["code"]).json();
    let me = get_as(&emulator, tokens["access_token"].as_str().unwrap(), "/v3.0/me").json();
    assert_eq!(me["data"]["district"], DISTRICT);
}

#[test]
fn a_request_without_a_redirect_uri_uses_up_no_code() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    let body = form(&[("grant_type", "authorization_code"), ("code", &code)]);
    let authorization = basic("oauth-app", "oauth-secret");
    let refused = post(&emulator, "/oauth/tokens", &[FORM, ("Authorization", &authorization)], &body);
    assert_eq!(refused.status, 400);
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 200);
}

#[test]
fn tokens_stay_valid_when_their_code_is_sent_again() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    let tokens = exchange(&emulator, "oauth-app", &code).json();
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 400);
    assert_eq!(get_as(&emulator, tokens["access_token"].as_str().unwrap(), "/v3.0/me").status, 200);
}

#[test]
fn a_response_with_an_id_token_has_the_token_type() {
    let emulator = automatic("ada");
    let tokens = tokens(&emulator, "oidc-app", "");
    assert_eq!(tokens["token_type"], "bearer");
    let claims = verified(&emulator, tokens["id_token"].as_str().unwrap(), "oidc-app");
    assert_eq!((&claims["district"], claims.get("district_id")), (&DISTRICT.into(), None));
}

#[test]
fn a_token_that_is_not_valid_is_refused_as_json_with_a_challenge() {
    let emulator = with_pages();
    for path in ["/oauth/tokeninfo", "/v3.0/me", "/v2.1/students/x", "/userinfo"] {
        for answer in [get(&emulator, path), get_as(&emulator, "il0", path)] {
            assert_eq!((answer.status, &answer.json()["error"]), (401, &"invalid_token".into()), "{path}");
            assert!(answer.json()["message"].is_string(), "{path}");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"), "{path}");
        }
    }
}

fn district_token(emulator: &Emulator) -> String {
    let list = format!("/oauth/tokens?owner_type=district&district={DISTRICT}");
    let headers = [("Authorization", &basic("oauth-app", "oauth-secret")[..])];
    get_with(emulator, &list, &headers).json()["data"][0]["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn there_are_no_rosters() {
    let emulator = automatic("ada");
    let (login, district) = (access_token(&emulator), district_token(&emulator));
    for path in ["/v3.0/users", "/v3.0/sections", "/v2.1/students", "/v3.0/nothing"] {
        for answer in
            [get_as(&emulator, &login, path), get_as(&emulator, &district, path), get(&emulator, path)]
        {
            assert!(answer.status == 404 && answer.body.contains(&format!("Cannot GET {path}")), "{path}");
        }
        assert_eq!(get(&emulator, path).header("x-ratelimit-limit"), None, "{path}");
    }
}

#[test]
fn the_parameters_of_lists_are_ignored() {
    let emulator = with_pages();
    let token = district_token(&emulator);
    let data = |target: &str| get_as(&emulator, &token, target).json()["data"].clone();
    let all = data("/v3.0/schools");
    assert_eq!(all.as_array().unwrap().len(), 3);
    for parameters in ["limit=1", "limit=x", "starting_after=64c1f0a2d3b94e5f60718203", "count=true", "a=b"] {
        let target = format!("/v3.0/schools?{parameters}");
        assert_eq!(data(&target), all, "{parameters}");
        let links = get_as(&emulator, &token, &target).json()["links"].clone();
        let names: Vec<_> = links.as_array().unwrap().iter().map(|link| link["rel"].clone()).collect();
        assert_eq!(names, ["self"], "{parameters}");
    }
}

#[test]
fn a_user_of_an_older_version_links_to_no_school() {
    let emulator = with_pages();
    let token = district_token(&emulator);
    let id = &emulator.person("theo").unwrap().role.legacy_id;
    for version in ["v1.1", "v1.2", "v2.0", "v2.1"] {
        let user = get_as(&emulator, &token, &format!("/{version}/students/{id}")).json();
        let links = user["links"].as_array().unwrap().iter().map(|link| link["rel"].clone());
        assert!(!links.collect::<Vec<_>>().contains(&Value::from("schools")), "{version}: {user}");
        let school = get_as(&emulator, &token, &format!("/{version}/students/{id}/schools"));
        assert_eq!(school.status, 404, "{version}");
    }
}

#[test]
fn a_contact_has_no_students() {
    let emulator = automatic("maria");
    let id = &emulator.person("maria").unwrap().id;
    let user = get_as(&emulator, &access_token(&emulator), &format!("/v3.0/users/{id}")).json();
    assert_eq!(user["data"]["roles"]["contact"]["student_relationships"], json!([]));
}

#[test]
fn a_district_token_outlives_a_reset() {
    let emulator = automatic("ada");
    let token = district_token(&emulator);
    emulator.reset();
    assert_eq!(get_as(&emulator, &token, "/v3.0/districts").status, 200);
}
