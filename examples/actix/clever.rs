//! Passes actix-web's requests to the login, and the login's responses back.

use actix_session::{Session, SessionExt as _};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use clever_sso::web::{BrowserLeg, Problem, SessionIdentity, Step, WebAnswer, WebRequest, plain_cookies};

/// The session key of the signed-in person.
const PERSON: &str = "clever";

/// Converts a request for the login.
pub(crate) fn request_of(request: &HttpRequest) -> WebRequest {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    WebRequest::new(request.method().as_str(), target, headers)
}

/// Converts a response for actix-web.
pub(crate) fn sent(answer: WebAnswer) -> HttpResponse {
    let (parts, body) = answer.into_http().into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &parts.headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response.body(body)
}

/// The signed-in person. A page that asks for it is sent with `Cache-Control: no-store`, unless it sets its own.
pub(crate) fn person_of(request: &HttpRequest) -> Option<SessionIdentity> {
    let person = person_in(&request.get_session())?;
    request.extensions_mut().insert(NamesPerson);
    Some(person)
}

/// Marks a request whose page may name a person.
struct NamesPerson;

fn person_in(session: &Session) -> Option<SessionIdentity> {
    SessionIdentity::from_session(session.get(PERSON).ok().flatten()?)
}

/// Ends the session: no data stays for the next person.
fn end(session: &Session) {
    session.clear();
    session.renew();
}

/// Makes the page for a failed login.
#[derive(Clone, Copy)]
pub(crate) struct ProblemPage(pub(crate) fn(&Problem) -> String);

/// Middleware: handles login, callback and logout, and checks the session around every other page. It needs a `BrowserLeg` in the
/// app data, and shows failed logins with the `ProblemPage` there, if there is one.
pub(crate) async fn pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let session = request.get_session();
    let asked = request_of(request.request());
    let Some(leg) = request.app_data::<Data<BrowserLeg>>().cloned() else {
        return Err(actix_web::error::ErrorInternalServerError(
            "there is no BrowserLeg in the data of the app",
        ));
    };
    let came_back = session.contains_key(PERSON);
    if came_back && person_in(&session).is_none() {
        // The session has expired.
        end(&session);
    }
    let answer = match asked.path() {
        path if leg.is_login(path) => leg.login(&asked, person_in(&session).is_some()),
        path if leg.is_log_out(path) => leg.log_out(&asked),
        path if leg.is_whoami(path) => leg.whoami(&asked, person_in(&session).as_ref()),
        _ if leg.takes_callback(&asked) => match leg.callback(&asked).await {
            Step::Answer(answer) => answer,
            Step::SignIn(signed_in) => {
                end(&session);
                session.insert(PERSON, leg.session_identity(&signed_in.identity))?;
                leg.admitted(&asked, &signed_in)
            }
            _ => leg.broken(&asked, None),
        },
        _ => {
            let mut response = next.call(request).await?.map_into_boxed_body();
            if came_back {
                for cookie in leg.session_kept(&asked, response.status().as_u16()) {
                    let header = HeaderValue::try_from(cookie.header())
                        .map_err(actix_web::error::ErrorInternalServerError)?;
                    response.headers_mut().append(HeaderName::from_static("set-cookie"), header);
                }
            }
            let names_person = response.request().extensions().contains::<NamesPerson>();
            if names_person && !response.headers().contains_key(CACHE_CONTROL) {
                // Devices are shared: the back button must not show a page of the previous person.
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            }
            return Ok(response);
        }
    };
    if answer.ends_session() {
        end(&session);
    }
    let page = match (request.app_data::<ProblemPage>(), answer.problem()) {
        (Some(ProblemPage(make)), Some(problem)) => Some(make(problem)),
        _ => None,
    };
    let answer = match page {
        Some(page) => answer.with_page(page),
        None => answer,
    };
    Ok(request.into_response(sent(answer)))
}

/// Middleware: removes cookies that could be mistaken for others. Make it the outermost one.
pub(crate) async fn without_disguised_cookies(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let cookies = plain_cookies(request.headers().get_all(COOKIE).map(HeaderValue::as_bytes));
    request.headers_mut().remove(COOKIE);
    if let Some(cookies) = cookies.and_then(|cookies| HeaderValue::try_from(cookies).ok()) {
        request.headers_mut().insert(COOKIE, cookies);
    }
    next.call(request).await
}
