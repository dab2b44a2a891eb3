//! The request of an app that sends a person here, and its checks. None of this depends on who the person is.

use crate::endpoints::refusal::{NOT_UNDERSTOOD, Refusal};
use crate::http::parameters::Parameters;
use crate::http::redirect_uri;
use crate::world::{App, District, World};

/// The checked request of an app.
#[expect(clippy::struct_excessive_bools, reason = "each is a separate parameter")]
pub(in crate::endpoints) struct AuthorizeRequest<'a> {
    pub(in crate::endpoints) app: &'a App,
    pub(in crate::endpoints) redirect_uri: &'a str,
    pub(in crate::endpoints) response_type: ResponseType,
    pub(in crate::endpoints) state: Option<&'a str>,
    pub(in crate::endpoints) nonce: Option<&'a str>,
    pub(in crate::endpoints) return_unshared: bool,
    /// Must a student confirm that it is still them?
    pub(in crate::endpoints) to_confirm: bool,
    pub(in crate::endpoints) district: Option<&'a District>,
    /// Is it an Instant Login? Then a person who is not signed in is not asked for their school first.
    pub(in crate::endpoints) starts_at_clever: bool,
    /// Did the app leave `redirect_uri` out?
    no_redirect_uri: bool,
    has_code_challenge: bool,
}

impl AuthorizeRequest<'_> {
    /// A line for the journal, with more that a developer should know about the request.
    pub(in crate::endpoints) fn with_hints(&self, line: &str) -> String {
        let hints = [
            (self.no_redirect_uri, "; redirect_uri was omitted, so it is the primary one"),
            (self.has_code_challenge, "; as far as we know, Clever ignores code_challenge"),
        ];
        let hints = hints.into_iter().filter_map(|(applies, hint)| applies.then_some(hint));
        [line].into_iter().chain(hints).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoints) enum ResponseType {
    Code,
    Token,
}

/// Reads an authorize request.
pub(in crate::endpoints) fn read<'a>(
    world: &'a World,
    parameters: &'a Parameters,
) -> Result<AuthorizeRequest<'a>, Refusal> {
    let app = app(world, parameters)?;
    let redirect_uri = redirect_uri(app, parameters.get("redirect_uri"))?;
    let response_type = response_type(parameters.get("response_type"))?;
    check_public(app, response_type)?;
    Ok(AuthorizeRequest {
        app,
        redirect_uri,
        response_type,
        state: parameters.get("state"),
        nonce: parameters.get("nonce"),
        return_unshared: parameters.get("return_unshared") == Some("true"),
        to_confirm: parameters.get("confirmed") == Some("false"),
        district: district(world, parameters.get("district_id"))?,
        starts_at_clever: false,
        no_redirect_uri: parameters.get("redirect_uri").is_none(),
        has_code_challenge: parameters.get("code_challenge").is_some(),
    })
}

/// Reads an Instant Login.
pub(in crate::endpoints) fn read_instant_login<'a>(
    world: &'a World,
    parameters: &'a Parameters,
) -> Result<AuthorizeRequest<'a>, Refusal> {
    let app = app(world, parameters)?;
    let response_type = ResponseType::Code;
    check_public(app, response_type)?;
    Ok(AuthorizeRequest {
        app,
        redirect_uri: app.primary_redirect_uri(),
        response_type,
        state: None,
        nonce: None,
        return_unshared: false,
        to_confirm: false,
        district: district(world, parameters.get("district_id"))?,
        starts_at_clever: true,
        no_redirect_uri: false,
        has_code_challenge: parameters.get("code_challenge").is_some(),
    })
}

fn app<'a>(world: &'a World, parameters: &Parameters) -> Result<&'a App, Refusal> {
    let reason = (
        "This emulator does not know the app that sent you here.",
        "Este emulador no conoce la aplicación que te envió aquí.",
    );
    let client_id = parameters.get("client_id").ok_or_else(|| {
        let line = "client_id is missing: the person sees a page that says so";
        Refusal::because(reason, "client_id is missing.", line)
    })?;
    world.app(client_id).ok_or_else(|| {
        let developer =
            format!("No app has the client_id {client_id:?}. Register it by --app or in the world.");
        let line = "no app has this client_id: the desk lists all apps; the person sees a page that says so";
        Refusal::because(reason, developer, line)
    })
}

/// One of the app's URIs, which must match exactly (RFC 6749 section 3.1.2.3); the primary one if the request has none.
fn redirect_uri<'a>(app: &'a App, asked: Option<&str>) -> Result<&'a str, Refusal> {
    let Some(asked) = asked else { return Ok(app.primary_redirect_uri()) };
    let unlisted = || {
        let listed = app.redirect_uris().collect::<Vec<_>>().join(", ");
        let developer = format!("The redirect_uri {asked:?} must exactly match one of this app's: {listed}.");
        let reason = (
            "The app wants you to go back to an address that is not on its list.",
            "La aplicación quiere que vuelvas a una dirección que no está en su lista.",
        );
        Refusal::because(reason, developer, unlisted_redirect_uri(app, asked))
    };
    app.redirect_uris().find(|listed| *listed == asked).ok_or_else(unlisted)
}

fn unlisted_redirect_uri(app: &App, asked: &str) -> String {
    let difference = match app.redirect_uris().collect::<Vec<_>>()[..] {
        [only] => redirect_uri::difference(only, asked),
        _ => "they must match exactly",
    };
    let listed = app.redirect_uris().collect::<Vec<_>>().join(", ");
    format!(
        "redirect_uri is not one of the app's ({listed}): {difference}; the person sees a page that says so"
    )
}

fn response_type(asked: Option<&str>) -> Result<ResponseType, Refusal> {
    match asked {
        Some("code") => Ok(ResponseType::Code),
        Some("token") => Ok(ResponseType::Token),
        other => {
            let other = other.unwrap_or_default();
            let developer = format!("The response_type must be code or token; it is {other:?}.");
            let line = "response_type must be code or token: the person sees a page that says so";
            Err(Refusal::because(NOT_UNDERSTOOD, developer, line))
        }
    }
}

fn check_public(app: &App, response_type: ResponseType) -> Result<(), Refusal> {
    if app.is_public() && response_type == ResponseType::Code {
        let developer = "This app has no secret: it can only use response_type=token.";
        let reason = (
            "The app asked for something that it may not get.",
            "La aplicación pidió algo que no puede recibir.",
        );
        let line =
            "the app has no secret, so it gets no code: send response_type=token; the person sees a page";
        return Err(Refusal::because(reason, developer, line));
    }
    Ok(())
}

fn district<'a>(world: &'a World, asked: Option<&str>) -> Result<Option<&'a District>, Refusal> {
    let Some(id) = asked else { return Ok(None) };
    let unknown = || {
        let developer = format!("No district has the district_id {id:?}.");
        let reason = (
            "This emulator does not know the district that the app asked for.",
            "Este emulador no conoce el distrito que pidió la aplicación.",
        );
        let line = "no district has this district_id: the person sees a page that says so";
        Refusal::because(reason, developer, line)
    };
    world.district(id).map(Some).ok_or_else(unknown)
}
