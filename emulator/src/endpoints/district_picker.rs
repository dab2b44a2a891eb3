//! The school picker: which school is yours? It is shown when an app sends a person without naming the district.
//!
//! `GET /oauth/district-picker` has the parameters of an authorize request, and leads to it. The same question is asked at
//! `/login` where no app is waiting. The answer is remembered, and can be changed on the login page.

use axum::http::StatusCode;
use maud::Markup;
use url::form_urlencoded;

use super::call::Call;
use super::login::page::{self as login_page, WRONG_PASSWORD};
use super::refusal::Refusal;
use super::{authorize, same_origin, session, target};
use crate::http::answer::Answer;
use crate::http::parameters::Parameters;
use crate::pages::{self, PickerPage};

const SHOWN: &str = "the school picker was shown";
const KNOWN: &str = "the district is already known: the browser continues to the login page";

const SEARCH: &str = "search";

/// `GET /oauth/district-picker`
pub(crate) fn show(call: &Call) -> Answer {
    shown(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn shown(call: &Call) -> Result<Answer, Refusal> {
    let (world, request) = (&call.world, &call.request);
    let parameters = Parameters::from_form(request.query())?;
    authorize::request::read(world, &parameters)?;
    let pairs = form_urlencoded::parse(request.query()).into_owned();
    let hidden: Vec<_> = pairs.filter(|(name, _)| name != SEARCH).collect();
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&hidden).finish();
    let target = format!("{}/oauth/authorize?{query}", request.prefix);
    if parameters.get("district_id").is_some() || call.shared.auto_login.is_some() {
        return Ok(Answer::redirect(StatusCode::FOUND, &target, KNOWN));
    }
    let action = format!("{}/oauth/district-picker", request.prefix);
    let question = Question { action: &action, hidden, target: Some(&target), message: None };
    Ok(Answer::page(StatusCode::OK, page(call, &parameters, question), SHOWN))
}

/// The same question when no app is waiting, or only one in a target.
pub(super) fn anywhere(call: &Call, parameters: &Parameters) -> Answer {
    Answer::page(StatusCode::OK, at_login(call, parameters, None), SHOWN)
}

/// The same question after a wrong user name or password.
pub(super) fn wrong_password(call: &Call, parameters: &Parameters, message: &str) -> Answer {
    Answer::page(StatusCode::UNAUTHORIZED, at_login(call, parameters, Some(message)), WRONG_PASSWORD)
}

fn at_login(call: &Call, parameters: &Parameters, message: Option<&str>) -> Markup {
    let target = target::of(parameters);
    let mut hidden = vec![("choose".to_owned(), "true".to_owned())];
    hidden.extend(target.map(|target| ("target".to_owned(), target.to_owned())));
    page(call, parameters, Question { action: "/login", hidden, target, message })
}

/// `POST /oauth/district-picker`: the answer.
pub(crate) fn choose(call: &Call) -> Answer {
    chosen(call).unwrap_or_else(|refusal| refusal.page(call.request.language()))
}

fn chosen(call: &Call) -> Result<Answer, Refusal> {
    let parameters = same_origin::form(call)?;
    let home = login_page::home(&call.world, &parameters)?.ok_or_else(|| Refusal::no_school(""))?;
    let location = match target::of(&parameters) {
        Some(target) => target::login_page(Some(home.short_name()), target),
        None => format!("/in/{}", home.short_name()),
    };
    Ok(session::choose(call, home, &location))
}

/// Where the search is sent and with which parameters, where the choice leads, and the error of the previous try.
struct Question<'a> {
    action: &'a str,
    hidden: Vec<(String, String)>,
    target: Option<&'a str>,
    message: Option<&'a str>,
}

fn page(call: &Call, parameters: &Parameters, question: Question<'_>) -> Markup {
    let Question { action, hidden, target, message } = question;
    let (world, language) = (&*call.world, call.request.language());
    let search = parameters.get(SEARCH).unwrap_or_default();
    let (found, more) = world.search(search);
    let app = target::app(world, target);
    pages::picker(&PickerPage { world, action, hidden, search, found, more, target, app, message, language })
}
