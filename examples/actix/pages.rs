//! The pages.

use clever_sso::web::{Problem, SessionIdentity};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The content security policy of the pages.
pub(crate) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

const STYLE: &str = "
  :root { color-scheme: light dark; --ink: #1b2733; --paper: #f6f7f9; --card: #fff; --line: #cfd6de; --link: #1f5fbf; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8edf2; --paper: #14191f; --card: #1e252d; --line: #3a4552; --link: #8fbcff; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; font: 1.0625rem/1.6 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
  main { max-width: 30rem; margin: 8vh auto; padding: 2rem 1.5rem; background: var(--card);
         border: 1px solid var(--line); border-radius: .75rem; }
  @media (max-width: 32rem) { main { margin: 0; min-height: 100vh; border: 0; border-radius: 0; } }
  h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
  button, a.button { display: block; width: 100%; text-align: center; text-decoration: none; padding: .8rem 1rem;
           font: inherit; font-weight: 600; cursor: pointer; color: #fff; background: #1f5fbf; border: 0;
           border-radius: .5rem; }
  button:hover, a.button:hover { background: #194e9e; }
  button.quiet { color: var(--link); background: transparent; border: 1px solid var(--line); }
  button:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
  a:not(.button) { color: var(--link); }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
  dt { opacity: .75; }
  dd { margin: 0; overflow-wrap: anywhere; }
  .small { font-size: .875rem; }
";

/// The front page, with the button.
pub(crate) fn home(login_url: &str, switch_user_url: &str) -> String {
    page(
        "Reading Room",
        &html! {
            h1 { "Reading Room" }
            p { "Sign in with the account that your school gave you." }
            p { a.button href=(login_url) { "Log in with Clever" } }
            p.small { a href=(switch_user_url) { "Log in as someone else" } }
        },
    )
}

/// The page that shows who is signed in.
pub(crate) fn me(person: &SessionIdentity, log_out_url: &str) -> String {
    let name = if person.full_name.is_empty() { "a person with no name" } else { &person.full_name };
    page(
        &format!("{name} – Reading Room"),
        &html! {
            h1 { "Hello, " span dir="auto" { (name) } }
            dl {
                dt { "Signed in as" } dd { bdi { (name) } }
                dt { "Role" } dd { (person.user_type.as_ref().map_or("several roles", |user_type| user_type.as_str())) }
                dt { "District" } dd { (person.district_id.as_deref().unwrap_or("none")) }
                dt { "Clever id" } dd { (person.id) }
            }
            form action=(log_out_url) method="post" { button.quiet { "Not you? Log out" } }
        },
    )
}

/// A page for teachers only.
pub(crate) fn lessons() -> String {
    page("Lessons – Reading Room", &html! { h1 { "Lessons" } p { "Only teachers and staff see this page." } })
}

/// The page for a failed login.
pub(crate) fn problem(problem: &Problem) -> String {
    page(
        "Signing in did not work – Reading Room",
        &html! {
            h1 { "Signing in did not work" }
            p role="alert" { (problem.sentence) }
            @if let Some(home) = &problem.home_url {
                p { a.button href=(home) { "Go to the start page" } }
            } @else {
                p { a.button href=(problem.login_url) { "Log in with Clever" } }
            }
            p.small { a href=(problem.switch_user_url) { "Log in as someone else" } }
            p.small { "Need help? Show this code to someone at your school: " code { (problem.code) } }
        },
    )
}

fn page(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    };
    page.into_string()
}
