//! `confirmed=false`: is the student at the screen still the one who signed in?

use crate::support::{
    FORM, asks_who_it_is, authorize_target, automatic, form, get, get_with, post, query, session, with_pages,
};

fn unconfirmed() -> String {
    authorize_target("oauth-app", "&state=a%2Bb+c&confirmed=false&nonce=n")
}

/// The address behind "Yes".
fn yes(page: &str) -> String {
    let link = page.split(r#"<a class="button primary block" href=""#).nth(1).unwrap();
    link.split('"').next().unwrap().replace("&amp;", "&")
}

#[test]
fn a_student_is_asked_and_yes_continues_with_the_same_parameters() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    let page = get_with(&emulator, &unconfirmed(), &[("Cookie", &ada)]);
    assert_eq!((page.status, page.header("location")), (200, None));
    assert!(page.page().contains(r#"Are you <strong><bdi dir="auto">Ada Ashworth</bdi></strong>?"#));
    let expected = unconfirmed().replace("&confirmed=false", "") + "&confirmed=true";
    assert_eq!(yes(page.page()), expected);
    let answer = get_with(&emulator, &expected, &[("Cookie", &ada)]);
    assert_eq!(query(answer.location())["state"], "a+b c");
}

#[test]
fn answering_no_logs_out_and_leads_to_the_login_page_with_the_same_target() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    let page = get_with(&emulator, &unconfirmed(), &[("Cookie", &ada)]);
    assert!(page.page().contains("No, that is not me"));
    let target = format!("/login?{}", form(&[("portal", "emulated"), ("target", &unconfirmed())]));
    assert!(page.page().contains(&format!(r#"name="target" value="{}""#, target.replace('&', "&amp;"))));
    let answer = post(&emulator, "/logout", &[FORM, ("Cookie", &ada)], &form(&[("target", &target)]));
    assert_eq!((answer.status, answer.location()), (303, target.as_str()));
    let login = get_with(&emulator, &target, &[("Cookie", &ada)]);
    assert!(login.page().contains("Log in to Emulated School District"));
    let hidden = unconfirmed().replace('&', "&amp;");
    assert!(login.page().contains(&format!(r#"name="target" value="{hidden}""#)));
    assert!(asks_who_it_is(&get_with(&emulator, &unconfirmed(), &[("Cookie", &ada)])));
}

#[test]
fn only_students_are_asked() {
    let emulator = with_pages();
    for handle in ["grace", "olga", "dana", "maria"] {
        let cookie = session(&emulator, handle);
        let answer = get_with(&emulator, &unconfirmed(), &[("Cookie", &cookie)]);
        assert!(query(answer.location()).contains_key("code"), "{handle}");
    }
}

#[test]
fn only_confirmed_false_asks() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    for more in ["", "&confirmed=true", "&confirmed=", "&confirmed=no"] {
        let answer = get_with(&emulator, &authorize_target("oauth-app", more), &[("Cookie", &ada)]);
        assert!(query(answer.location()).contains_key("code"), "{more}");
    }
    let instant = "/oauth/instant-login?client_id=oauth-app&confirmed=false";
    assert!(query(get_with(&emulator, instant, &[("Cookie", &ada)]).location()).contains_key("code"));
}

#[test]
fn people_without_access_see_the_refusal_and_are_not_asked() {
    let emulator = with_pages();
    let kim = session(&emulator, "kim");
    assert_eq!(get_with(&emulator, &unconfirmed(), &[("Cookie", &kim)]).status, 403);
}

#[test]
fn automatic_logins_are_not_asked() {
    assert!(query(get(&automatic("ada"), &unconfirmed()).location()).contains_key("code"));
}

#[test]
fn the_journal_says_that_the_student_was_asked() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    get_with(&emulator, &unconfirmed(), &[("Cookie", &ada)]);
    get(&emulator, &unconfirmed());
    let host = emulator.base_url().strip_prefix("http://").unwrap();
    let head = format!("GET /_emulator/journal HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let journal = crate::http::parse(&crate::http::raw(emulator.base_url(), head.as_bytes()));
    for expected in ["the student is asked to confirm who they are", "the browser goes to the school picker"]
    {
        assert!(journal.body.contains(expected), "{expected}");
    }
}
