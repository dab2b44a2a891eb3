//! The page of a login that cannot continue: a sentence for the person, and a paragraph for the developer.

use clever_emulator::{App, Emulator, Options, UserType};

use crate::support::{CALLBACK, form, get, get_with, session};

const ISLAND: &str = "64c1f0a2d3b94e5f60718100";

fn emulator() -> Emulator {
    let app = App::new("app", "secret", CALLBACK);
    let staff = App::new("staff-app", "secret", CALLBACK).with_user_types([UserType::Staff]);
    let island = App::new("island-app", "secret", CALLBACK).with_districts([ISLAND]);
    let library = App::new("library-app", "secret", CALLBACK).with_library();
    Emulator::start(Options::new().app(app).app(staff).app(island).app(library)).unwrap()
}

/// The reason for the person, and the paragraph for the developer.
fn parts(page: &str) -> (&str, &str) {
    let (_, reason) = page.split_once(r#"role="alert">"#).unwrap();
    let (_, developer) = page.split_once(r#"<p class="developer" lang="en">"#).unwrap();
    (reason.split("</p>").next().unwrap(), developer.split("</p>").next().unwrap())
}

#[test]
fn a_wrong_request_has_a_plain_sentence_for_the_person_and_an_exact_one_for_the_developer() {
    let emulator = emulator();
    let elsewhere = form(&[("redirect_uri", "http://127.0.0.1:5000/other")]);
    for (query, reason, developer) in [
        (
            "response_type=code&client_id=nobody",
            "does not know the app that sent you here",
            r"client_id &quot;nobody&quot;",
        ),
        ("response_type=code", "does not know the app that sent you here", "client_id is missing"),
        (
            &format!("response_type=code&client_id=app&{elsewhere}"),
            "an address that is not on its list",
            "must exactly match one of this app's: http://127.0.0.1:5000/callback.",
        ),
        ("client_id=app", "does not know what the app asked for", "response_type must be code or token"),
        (
            "response_type=code&client_id=app&district_id=000000000000000000000000",
            "does not know the district that the app asked for",
            r"district_id &quot;000000000000000000000000&quot;",
        ),
        (
            "response_type=code&client_id=app&client_id=app",
            "does not know what the app asked for",
            "A parameter is repeated",
        ),
    ] {
        let answer = get(&emulator, &format!("/oauth/authorize?{query}"));
        assert_eq!((answer.status, answer.header("location")), (400, None), "{query}");
        let (told, exact) = parts(answer.page());
        assert!(told.contains(reason) && !told.contains('_'), "{told}");
        assert!(exact.contains("For developers") && exact.contains(developer), "{exact}");
        assert!(exact.contains("Nothing was sent back to the app."), "{exact}");
    }
}

#[test]
fn people_without_access_see_the_reason_and_another_person_can_log_in() {
    let emulator = emulator();
    for (handle, client_id, reason) in [
        ("ada", "staff-app", "it is for other kinds of users."),
        ("ada", "island-app", "it is not shared with their district."),
        ("ada", "library-app", "it is for Clever Library."),
        ("lou", "app", "it is only for people in a district."),
    ] {
        let cookie = session(&emulator, handle);
        let target = format!("/oauth/authorize?response_type=code&client_id={client_id}");
        let answer = get_with(&emulator, &target, &[("Cookie", &cookie)]);
        assert_eq!(answer.status, 403);
        let (told, exact) = parts(answer.page());
        assert!(told.contains("doesn't have access to this app") && told.ends_with(reason), "{told}");
        assert!(exact.contains(client_id) && exact.contains("return_unshared=true"), "{exact}");
        let home = if handle == "lou" { "library" } else { "emulated" };
        let back = format!(
            "/login?portal={home}&amp;target=%2Foauth%2Fauthorize%3Fresponse_type%3Dcode%26client_id"
        );
        assert!(answer.page().contains(&format!(r#"name="target" value="{back}"#)), "{}", answer.body);
        assert!(answer.page().contains(&format!(r#"href="/in/{home}""#)));
    }
}

#[test]
fn a_student_asks_the_teacher_and_a_teacher_asks_the_school() {
    let emulator = emulator();
    for (handle, advice) in [
        ("ada", "Do you need this app? Ask your teacher or your school."),
        ("grace", "Do you need this app? Ask your school."),
    ] {
        let cookie = session(&emulator, handle);
        let target = "/oauth/authorize?response_type=code&client_id=island-app";
        let answer = get_with(&emulator, target, &[("Cookie", &cookie)]);
        assert_eq!(answer.status, 403);
        assert!(answer.page().contains(advice), "{handle}: {}", answer.body);
    }
}

#[test]
fn a_secret_is_on_no_error_page() {
    let answer = get(&emulator(), "/oauth/authorize?response_type=code&client_id=app&redirect_uri=x");
    assert!(!answer.page().contains("secret"));
}
