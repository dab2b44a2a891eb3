//! The pages that people see when a login takes long or fails, and the button. An application can replace them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::problem::Problem;
use crate::sentences::pages as words;
use crate::sentences::{Language, Sentence};

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
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
a.button { display: block; padding: .8rem 1rem; text-align: center; font-weight: 600; text-decoration: none;
  color: #fff; background: #1f5fbf; border-radius: .5rem; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.small { font-size: .875rem; }
";
/// White on blue, with a contrast above 4.5 to 1. A page whose policy forbids inline styles shows a plain link.
const BUTTON: &str = "display:inline-block;padding:.7em 1.2em;font:600 1rem/1.25 system-ui,sans-serif;color:#fff;\
                      background:#1f5fbf;border-radius:.375em;text-decoration:none";

/// The `Content-Security-Policy` of these pages. An application's own page may need other styles, scripts and images.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// What happened, two ways to log in again, and an error code for support. Clever remembers the person, so only the second way
/// lets another person log in.
pub(super) fn problem(problem: &Problem, language: Language) -> String {
    let (button, title, address) = match &problem.home_url {
        Some(home) => (words::START_PAGE, words::NOT_OPEN, home),
        None if problem.status == 401 => (words::LOG_IN, words::PLEASE_LOG_IN, &problem.login_url),
        None => (words::LOG_IN, words::DID_NOT_WORK, &problem.login_url),
    };
    let mut content = format!("<p role=\"alert\">{}</p>\n", escape(&problem.sentence));
    if !address.is_empty() {
        let (address, button) = (escape(address), escape(button.text(language)));
        let _ = writeln!(content, "<p><a class=\"button\" href=\"{address}\">{button}</a></p>");
    }
    if !problem.switch_user_url.is_empty() {
        let (address, other) = (escape(&problem.switch_user_url), words::SOMEONE_ELSE.text(language));
        let _ = writeln!(content, "<p><a href=\"{address}\">{other}</a></p>");
    }
    let (help, code) = (words::TELL_THEM.text(language), escape(&problem.code));
    let _ = write!(content, "<p class=\"small\">{help} <code>{code}</code></p>");
    page(title, &content, "", language)
}

/// The page that the browser shows while the login finishes: it continues to `onwards` by itself.
pub(super) fn waiting(onwards: &str, language: Language) -> String {
    let moment = format!("<p role=\"status\">{}</p>\n", words::ONE_MOMENT.text(language));
    leading_to(onwards, &moment, language)
}

/// A page that continues to `target` by itself, instead of a redirect.
pub(super) fn moved(target: &str, language: Language) -> String {
    leading_to(target, "", language)
}

fn leading_to(target: &str, content: &str, language: Language) -> String {
    let target = escape(target);
    let link = words::GO_ON.text(language);
    let content = format!("{content}<p class=\"small\"><a href=\"{target}\">{link}</a></p>");
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"0; url={target}\">\n");
    page(words::SIGNING_IN, &content, &refresh, language)
}

fn page(title: Sentence, content: &str, head: &str, language: Language) -> String {
    let (title, tag) = (escape(title.text(language)), language.tag());
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         {head}<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    )
}

/// The button "Log in with Clever", which is a link.
pub(super) fn button(login_url: &str, language: Language) -> String {
    let (tag, address, text) = (language.tag(), escape(login_url), words::LOG_IN.text(language));
    format!(
        "<a class=\"clever-login-button\" lang=\"{tag}\" href=\"{address}\" style=\"{BUTTON}\">{text}</a>"
    )
}

/// The signed-in person, with a "Not you?" link and a button to log out.
pub(super) fn signed_in_line(
    name: &str,
    switch_user_url: &str,
    log_out_url: &str,
    language: Language,
) -> String {
    let name = if name.is_empty() { words::NO_NAME.text(language) } else { name };
    let told =
        words::SIGNED_IN_AS.text(language).replace("{}", &format!("<strong>{}</strong>", escape(name)));
    let (tag, other, log_out) = (language.tag(), escape(switch_user_url), escape(log_out_url));
    let (not_you, leave) = (words::NOT_YOU.text(language), words::LOG_OUT.text(language));
    format!(
        "<div class=\"clever-signed-in\" lang=\"{tag}\"><span>{told}</span> <a href=\"{other}\">{not_you}</a>\
         <form action=\"{log_out}\" method=\"post\" style=\"display:inline\"> \
         <button type=\"submit\" style=\"min-height:2rem\">{leave}</button></form></div>"
    )
}

/// The address with these parameters added.
pub(super) fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return address.to_owned();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("{address}?{}", query.finish())
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            other => escaped.push(other),
        }
    }
    escaped
}
