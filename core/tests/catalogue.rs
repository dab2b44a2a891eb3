//! `docs/errors.md` must match the catalogue.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may")]

use std::fmt::Write as _;
use std::fs;

use clever_sso::{ErrorCode, ErrorKind, Language, all_sentences};

/// Set by `make errors`: write the page instead of comparing it.
const WRITE: &str = "CLEVER_SSO_WRITE_ERRORS";

const OPENING: &str = "# Errors

Every failure has an error code. Its meaning never changes, and it is the same in every language: `error.code()` in Rust,
`clever_sso_error_code` in C, `error.code` in Python and JavaScript, `$error->getCodeWord()` in PHP. Each error also has a line for the log, which
says what was expected and found, and a sentence that you can show to the person who logs in. None of them contains a token, code, secret,
email or response.

The tables below follow the kinds of errors. Each kind has a name in Rust, C, Python and PHP. In JavaScript, every error is a
`CleverError`. If Clever or your app refuses a person, that is not an error. But the page for the person has a code:
[the codes of refusals](#refusals).

- *Who* can fix it: the user, the app (the people who run it), Clever, or the network (the people who run it). If Clever refused
  the person, the school can fix it.
- *Again*: whether the same call, or the same login started again, may succeed later without a change.
- *Page*: the HTTP status of the page that shows the error (`page_status`; `clever_sso_error_page_status` in C). A refusal by Clever or by your app is
  a 403.

If memory runs out, there is no error: the process ends ([why, and what is limited](c.md#signals-threads-and-the-end-of-the-program)).

Each language can give the sentence in Spanish: `error.user_message_in(\"es\")` in Rust and Python, `clever_sso_error_user_message_in` in C,
`$error->getUserMessageIn('es')` in PHP, `userMessage(code, \"es\")` in JavaScript. A tag such as `es-MX` works too, and so does the value of
an `Accept-Language` header, except in JavaScript. Languages other than Spanish get English. [All sentences](#the-sentences-in-spanish) are at the end of this page.

`make errors` writes this page from the catalogue in `core/src/error/catalogue.rs`, and the sentences in `core/src/sentences.rs`.
";

const IN_SPANISH: &str = "
## The sentences in Spanish

People read these sentences on this page and on the pages of the packages. The packages replace `{}` and words in braces.

| English | Spanish |
|---|---|
";

/// Details for readers of `id_token_claims`.
const JSON_OF_TOKENS: &str = "
An ID token must be JSON in UTF-8. A raw control character in a string, a Latin-1 byte, `NaN` or an extra comma is the error
`id_token_claims`, with line and column. A claim that is checked (`iss`, `sub`, `aud`, `azp`, `exp`, `iat`, `nbf`, `nonce`, `at_hash`) may appear only once.
Claims that only describe the person never stop a login. If such a claim appears twice, the library leaves it out. Half of a surrogate pair
(half an emoji) becomes U+FFFD. A number that is too large, or a value that is nested more than 64 levels deep, becomes null. One byte
order mark before the claims is skipped.
In a callback, `scope`, `error`, `error_description` and `loginas_by_admin` may contain any bytes. Bytes that are not UTF-8 become U+FFFD.
";

/// Each kind, and the title of its table. The names in other languages are derived from the name in Rust.
const KINDS: [(ErrorKind, &str); 7] = [
    (ErrorKind::Config, "The configuration"),
    (ErrorKind::Argument, "Arguments"),
    (ErrorKind::Login, "The callback"),
    (ErrorKind::Token, "Tokens"),
    (ErrorKind::Clever, "Clever's responses"),
    (ErrorKind::Network, "The network"),
    (ErrorKind::Internal, "This library"),
];

const REFUSALS: &str = "
## Refusals

A login that is refused is not an error: `finish_login` returns the outcome `Denied`, or your app decides after `SignedIn`. The page for
the person, and the JSON for a script, have one of these codes. The codes come from the packages for the web (Flask, Django, ASGI, axum, actix-web, PHP), not from the client.

| code | meaning | who | page | what the person reads |
|---|---|---|---|---|
";

/// Code, meaning, who can change it, HTTP status, and the sentence, if there is only one.
const REFUSED: [(&str, &str, &str, u16, &str); 5] = [
    (
        "access_denied",
        "Clever refused this person; in JavaScript, the code is Clever's own word, such as `unauthorized-user`",
        "school",
        403,
        "Clever did not let you into this app. Please ask someone at your school for access.",
    ),
    (
        "not_admitted",
        "your app refused this person after the login",
        "app",
        403,
        "Your account doesn't have access to this app. Please ask someone at your school for help.",
    ),
    (
        "not_signed_in",
        "this page or this data is for people who are signed in",
        "user",
        401,
        "You are not signed in.",
    ),
    (
        "not_allowed",
        "this person is signed in, but may not open this page",
        "app",
        403,
        "Your account doesn't have access to this.",
    ),
    ("link_refused", "Django: this account was not linked to this person at Clever", "user", 403, ""),
];

fn page() -> String {
    let mut page = OPENING.to_owned();
    for (kind, title) in KINDS {
        let (name, in_c) = (format!("{kind:?}"), format!("CLEVER_SSO_{}", kind.as_str().to_uppercase()));
        write!(
            page,
            "\n## {title}\n\n`ErrorKind::{name}` in Rust, `{in_c}` in C, `{name}Error` in Python, `{name}Exception` in PHP.\n\n"
        )
        .unwrap();
        page.push_str(
            "| error code | meaning | who | again | page | what the person reads |\n|---|---|---|---|---|---|\n",
        );
        for code in ErrorCode::ALL.iter().filter(|code| code.kind() == kind) {
            let again = if code.retryable() { "yes" } else { "no" };
            let (word, sentence, actor) = (code.as_str(), code.sentence(), code.actor().as_str());
            let (status, shown) = (code.page_status(), code.user_message());
            writeln!(page, "| `{word}` | {sentence} | {actor} | {again} | {status} | {shown} |").unwrap();
        }
        if kind == ErrorKind::Token {
            page.push_str(JSON_OF_TOKENS);
        }
    }
    page.push_str(REFUSALS);
    for (code, meaning, actor, status, shown) in REFUSED {
        let shown = if shown.is_empty() { "A sentence that says why." } else { shown };
        writeln!(page, "| `{code}` | {meaning} | {actor} | {status} | {shown} |").unwrap();
    }
    page.push_str(IN_SPANISH);
    for sentence in all_sentences() {
        let (english, spanish) = (sentence.text(Language::English), sentence.text(Language::Spanish));
        writeln!(page, "| {english} | {spanish} |").unwrap();
    }
    page
}

#[test]
fn the_page_of_errors_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, page()).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == page(),
        "docs/errors.md is stale: run `make errors`"
    );
}

#[test]
fn the_page_contains_every_code() {
    let page = page();
    for code in ErrorCode::ALL {
        assert!(page.contains(&format!("| `{code}` |")), "{code}");
    }
}

#[test]
fn the_page_has_the_sentences_of_the_refusal_pages() {
    let known: Vec<_> = all_sentences().map(|sentence| sentence.text(Language::English)).collect();
    for (code, .., shown) in REFUSED {
        assert!(shown.is_empty() || known.contains(&shown), "{code}");
    }
}
