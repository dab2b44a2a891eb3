//! What an app asks for when it sends somebody here, and whether it may: nothing of this depends on who it is.

use crate::endpoints::refusal::Refusal;
use crate::http::parameters::Parameters;
use crate::http::redirect_uri;
use crate::world::App;
use crate::world::{District, World};

/// What the app asked for, found right.
pub(in crate::endpoints) struct Authorization<'a> {
    pub(in crate::endpoints) app: &'a App,
    pub(in crate::endpoints) redirect_uri: &'a str,
    pub(in crate::endpoints) response_type: ResponseType,
    pub(in crate::endpoints) state: Option<&'a str>,
    pub(in crate::endpoints) nonce: Option<&'a str>,
    pub(in crate::endpoints) return_unshared: bool,
    /// Must a student say that it is they?
    pub(in crate::endpoints) to_confirm: bool,
    pub(in crate::endpoints) district: Option<&'a District>,
    /// Where whoever is unknown is asked for their school first.
    pub(in crate::endpoints) has_picker: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoints) enum ResponseType {
    Code,
    Token,
}

/// What an authorize request asks for.
pub(in crate::endpoints) fn read<'a>(
    world: &'a World,
    parameters: &'a Parameters,
) -> Result<Authorization<'a>, Refusal> {
    let app = app(world, parameters)?;
    let redirect_uri = redirect_uri(app, parameters.get("redirect_uri"))?;
    let response_type = response_type(parameters.get("response_type"))?;
    check_public(app, response_type)?;
    Ok(Authorization {
        app,
        redirect_uri,
        response_type,
        state: parameters.get("state"),
        nonce: parameters.get("nonce"),
        return_unshared: parameters.get("return_unshared") == Some("true"),
        to_confirm: parameters.get("confirmed") == Some("false"),
        district: district(world, parameters.get("district_id"))?,
        has_picker: true,
    })
}

/// What an Instant Login asks for.
pub(in crate::endpoints) fn read_instant_login<'a>(
    world: &'a World,
    parameters: &'a Parameters,
) -> Result<Authorization<'a>, Refusal> {
    let app = app(world, parameters)?;
    let response_type = ResponseType::Code;
    check_public(app, response_type)?;
    Ok(Authorization {
        app,
        redirect_uri: app.primary_redirect_uri(),
        response_type,
        state: None,
        nonce: None,
        return_unshared: false,
        to_confirm: false,
        district: district(world, parameters.get("district_id"))?,
        has_picker: false,
    })
}

fn app<'a>(world: &'a World, parameters: &Parameters) -> Result<&'a App, Refusal> {
    let unknown =
        |developer: &str| Refusal::because("The app that sent you here is not known here.", developer);
    let client_id = parameters.get("client_id").ok_or_else(|| {
        unknown("client_id is missing.").noted("client_id is missing: the person sees a page that says so")
    })?;
    let nobody = || {
        let developer =
            format!("No app has the client_id {client_id:?}. Register it by --app or in the world.");
        unknown(&developer).noted(
            "no app has this client_id: the desk lists those there are; the person sees a page that says so",
        )
    };
    world.app(client_id).ok_or_else(nobody)
}

/// One of the app's URIs, compared letter by letter (RFC 6749 section 3.1.2.3); the primary one if none is named.
fn redirect_uri<'a>(app: &'a App, asked: Option<&str>) -> Result<&'a str, Refusal> {
    let Some(asked) = asked else { return Ok(app.primary_redirect_uri()) };
    let unlisted = || {
        let listed = app.redirect_uris().collect::<Vec<_>>().join(", ");
        let developer = format!(
            "The redirect_uri {asked:?} is not one of this app's. They are compared letter by letter: {listed}."
        );
        Refusal::because("The app wants to get you back at an address that it has not registered.", developer)
            .noted(unlisted_redirect_uri(app, asked))
    };
    app.redirect_uris().find(|listed| *listed == asked).ok_or_else(unlisted)
}

fn unlisted_redirect_uri(app: &App, asked: &str) -> String {
    let difference = match app.redirect_uris().collect::<Vec<_>>()[..] {
        [only] => redirect_uri::difference(only, asked),
        _ => "they are compared letter by letter",
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
            Err(Refusal::because("The app asked in a way that cannot be understood.", developer)
                .noted("response_type must be code or token: the person sees a page that says so"))
        }
    }
}

fn check_public(app: &App, response_type: ResponseType) -> Result<(), Refusal> {
    if app.is_public() && response_type == ResponseType::Code {
        let developer = "This app has no secret: it can only use response_type=token.";
        return Err(Refusal::because("The app asked for something that it may not have.", developer).noted(
            "the app has no secret, so it gets no code: send response_type=token; the person sees a page",
        ));
    }
    Ok(())
}

fn district<'a>(world: &'a World, asked: Option<&str>) -> Result<Option<&'a District>, Refusal> {
    let Some(id) = asked else { return Ok(None) };
    let unknown = || {
        let developer = format!("No district has the district_id {id:?}.");
        Refusal::because("The app asked for a district that is not known here.", developer)
            .noted("no district has this district_id: the person sees a page that says so")
    };
    world.district(id).map(Some).ok_or_else(unknown)
}
