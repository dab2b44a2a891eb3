//! Login, callback and logout.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::axum::http::header::{CACHE_CONTROL, HeaderValue, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE};
use ::axum::http::{Extensions, HeaderMap, StatusCode};
use ::axum::response::{IntoResponse, Response};
use tower_sessions::Session;
use tower_sessions::session::Id;

use super::proven::{Login, ProvenLogin};
use super::sessions::{self, Found, Place, Taken};
use super::site::Site;
use crate::login::SignedIn;
use crate::set_cookie::SetCookie;
use crate::web::hook::decision;
use crate::web::{Proven, Refused, Step, WebRequest, WebResponse};

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");

impl Site {
    /// The response to send. For a failed login, that is the application's own page, if it has one.
    pub(super) fn show(&self, response: WebResponse) -> Response {
        let (Some(show), Some(problem)) = (&self.on_problem, response.problem()) else {
            return IntoResponse::into_response(response);
        };
        let mut page = show(problem);
        if page.status() == StatusCode::OK {
            *page.status_mut() = problem.status_code();
        }
        let headers = response.as_http().headers();
        for cookie in headers.get_all(SET_COOKIE) {
            page.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        for name in [CACHE_CONTROL, REFERRER_POLICY, RETRY_AFTER] {
            if let Some(value) = headers.get(&name) {
                page.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
        }
        page
    }
}

/// One request to a login page, or to a page that completes a login.
pub(super) struct Call<'a> {
    pub(super) site: &'a Site,
    pub(super) request: &'a WebRequest,
    pub(super) session: &'a Session,
    /// The session id that the browser sent.
    pub(super) sent: Option<Id>,
}

impl Call<'_> {
    /// The response of a login page; `None` for all other pages.
    pub(super) async fn response(&self, found: &Found, extensions: &Extensions) -> Option<Response> {
        let (leg, path) = (&self.site.leg, self.request.path());
        let response = if leg.is_login(path) {
            leg.login(self.request, found.person.is_some() || found.was_answered)
        } else if leg.takes_callback(self.request) {
            match leg.callback(self.request).await {
                Step::Respond(response) => response,
                Step::SignIn(signed_in) => return Some(self.sign_in(*signed_in, extensions).await),
            }
        } else if leg.is_log_out(path) {
            leg.log_out(self.request)
        } else if leg.is_whoami(path) {
            leg.whoami(self.request, found.person.as_ref())
        } else {
            return None;
        };
        Some(self.finish(response).await)
    }

    /// Ends the session if the response requires it.
    async fn finish(&self, response: WebResponse) -> Response {
        if response.ends_session()
            && let Err(error) = self.end_session().await
        {
            tracing::error!("the session store failed: {error}");
            return self.site.show(self.site.leg.broken(self.request, None));
        }
        self.site.show(response)
    }

    async fn end_session(&self) -> sessions::Result<()> {
        // The session may have changed its id since this request was sent.
        if let Some(sent) = self.sent {
            self.site.marks.end_wherever(sent).await?;
        }
        sessions::end(self.session, &self.site.marks).await
    }

    /// Signs a person in, unless the application's hooks decide otherwise.
    async fn sign_in(&self, signed_in: SignedIn, extensions: &Extensions) -> Response {
        match self.try_sign_in(&signed_in, extensions).await {
            Ok(response) => response,
            Err(error) => {
                tracing::error!("the session store failed: {error}");
                self.finish(self.site.leg.broken(self.request, Some(&signed_in))).await
            }
        }
    }

    async fn try_sign_in(&self, signed_in: &SignedIn, extensions: &Extensions) -> sessions::Result<Response> {
        let (leg, session) = (&self.site.leg, self.session);
        let (is_same, before, kept) =
            match sessions::make_room(session, &signed_in.identity, &self.site.marks).await? {
                Place::New => (false, None, HashMap::new()),
                Place::Same(before, kept) => (true, before, kept),
                Place::Gone => {
                    return Ok(self.finish(leg.logged_out_meanwhile(self.request, signed_in)).await);
                }
            };
        let (decision, is_held) = self.decide_before(signed_in, extensions).await;
        match decision {
            Ok(None) if is_held => {
                tracing::error!(
                    "before_sign_in held the login and then let the person in: after `hold`, return a response"
                );
                return Ok(self.finish(leg.broken(self.request, Some(signed_in))).await);
            }
            Ok(None) => {}
            Ok(Some(mut response)) => {
                let status = response.status().as_u16();
                let cookies = if is_held {
                    leg.cookies_while_held(signed_in, status)
                } else {
                    leg.cookies_before_sign_in(signed_in, status)
                };
                add_cookies(response.headers_mut(), &cookies);
                keep_private(&mut response);
                if response.status().is_redirection() && !is_held {
                    sessions::note_response(session).await?;
                }
                // The session layer does not save the session when the response has an error status.
                if is_same && !self.settle(before).await? {
                    return Ok(self.finish(leg.logged_out_meanwhile(self.request, signed_in)).await);
                }
                return Ok(response);
            }
            Err(refused) => return Ok(self.finish(refused).await),
        }
        sessions::restore(session, kept).await?;
        sessions::sign_in(session, &leg.session_identity(&signed_in.identity)).await?;
        let response = match self.decide_after(Login::Now(signed_in.clone()), extensions).await {
            Ok(response) => response,
            Err(why) => return Ok(self.finish(leg.refused_sign_in(self.request, signed_in, &why)).await),
        };
        // If the store fails, the previous person must not stay signed in.
        if !self.settle(before).await? {
            return Ok(self.finish(leg.logged_out_meanwhile(self.request, signed_in)).await);
        }
        Ok(self.welcome(response, signed_in).await)
    }

    /// Signs in the person of a held login.
    pub(super) async fn complete(&self, key: Option<&str>, extensions: &Extensions) -> Response {
        match self.try_complete(key, extensions).await {
            Ok(response) => response,
            Err(error) => {
                tracing::error!("the session store failed: {error}");
                // The session keeps its id, so no one may be signed in to it.
                self.session.clear().await;
                self.site.show(self.site.leg.broken(self.request, None))
            }
        }
    }

    async fn try_complete(&self, key: Option<&str>, extensions: &Extensions) -> sessions::Result<Response> {
        let Site { leg, marks, .. } = self.site;
        let (login, waited) = match sessions::take_held(self.session, leg, key, marks).await? {
            Taken::Login(login, waited) => (login, waited),
            Taken::SignedIn(login) => return Ok(self.finish(leg.onwards(self.request, &login)).await),
            Taken::Gone => return Ok(self.finish(leg.log_in_again(self.request)).await),
        };
        sessions::empty(self.session).await?;
        sessions::sign_in(self.session, &leg.session_identity(&login.identity)).await?;
        let response = match self.decide_after(Login::Held((*login).clone()), extensions).await {
            Ok(response) => response,
            Err(why) => return Ok(self.finish(leg.refused_sign_in(self.request, &login, &why)).await),
        };
        if !sessions::settle(self.session, waited, true, marks).await? {
            return Ok(self.finish(leg.logged_out_meanwhile(self.request, &login)).await);
        }
        Ok(self.welcome(response, &login).await)
    }

    /// The response to a person who has just been signed in.
    async fn welcome(&self, response: Option<Response>, login: &dyn Proven) -> Response {
        let Some(mut response) = response else {
            return self.finish(self.site.leg.admitted(self.request, login)).await;
        };
        add_cookies(response.headers_mut(), login.set_cookies());
        keep_private(&mut response);
        response
    }

    /// Saves the session. Returns false when the person logged out of the session `before` while the application was deciding.
    async fn settle(&self, before: Option<Id>) -> sessions::Result<bool> {
        match before {
            Some(before) => sessions::settle(self.session, before, false, &self.site.marks).await,
            None => self.session.save().await.map(|()| true),
        }
    }

    /// Calls `before_sign_in`. Returns the application's own response, or `None` to continue; and whether it held the login.
    async fn decide_before(
        &self,
        signed_in: &SignedIn,
        extensions: &Extensions,
    ) -> (Result<Option<Response>, WebResponse>, bool) {
        let Some(hook) = self.site.before_sign_in.as_deref() else { return (Ok(None), false) };
        let is_held = Arc::<AtomicBool>::default();
        let login = self.proven(Login::Now(signed_in.clone()), extensions, Some(Arc::clone(&is_held)));
        let decision = decision(|| hook(login)).await;
        let decision = decision.map_err(|why| self.site.leg.refused_sign_in(self.request, signed_in, &why));
        (decision, is_held.load(Ordering::Relaxed))
    }

    /// Calls `on_sign_in`.
    async fn decide_after(&self, login: Login, extensions: &Extensions) -> Result<Option<Response>, Refused> {
        let Some(hook) = self.site.on_sign_in.as_deref() else { return Ok(None) };
        decision(|| hook(self.proven(login, extensions, None))).await
    }

    fn proven(&self, login: Login, extensions: &Extensions, is_held: Option<Arc<AtomicBool>>) -> ProvenLogin {
        ProvenLogin {
            login,
            client: self.site.leg.client().clone(),
            session: self.session.clone(),
            extensions: extensions.clone(),
            is_held,
        }
    }
}

/// Marks the application's own response to a callback as private: it is for one person, and the page's address contains a code.
fn keep_private(response: &mut Response) {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(NO_STORE);
    response.headers_mut().entry(REFERRER_POLICY).or_insert(NO_REFERRER);
}

pub(super) fn add_cookies(headers: &mut HeaderMap, cookies: &[SetCookie]) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie.header()) {
            headers.append(SET_COOKIE, value);
        }
    }
}
