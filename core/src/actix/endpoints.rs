//! Login, callback and logout.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, REFERRER_POLICY};

use super::arrived::Arrived;
use super::proven::{Login, ProvenLogin};
use super::responses::{add_cookies, add_default};
use super::sessions::{self, Found, Taken};
use super::site::{Decision, Site};
use crate::login::SignedIn;
use crate::web::hook::decision;
use crate::web::{Proven, Step, WebRequest, WebResponse};

/// One request to a login page, or to a page that completes a login.
pub(super) struct Call<'a> {
    pub(super) site: &'a Site,
    pub(super) arrived: &'a Arrived,
    pub(super) session: &'a Session,
}

impl<'a> Call<'a> {
    const fn request(&self) -> &'a WebRequest {
        &self.arrived.asked
    }

    /// The response of a login page; `None` for all other pages.
    pub(super) async fn response(&self, found: &Found) -> Option<HttpResponse> {
        let (leg, path) = (&self.site.leg, self.request().path());
        let response = if leg.is_login(path) {
            leg.login(self.request(), found.person.is_some() || found.was_answered)
        } else if leg.takes_callback(self.request()) {
            match leg.callback(self.request()).await {
                Step::Respond(response) => response,
                Step::SignIn(signed_in) => return Some(self.sign_in(&signed_in).await),
            }
        } else if leg.is_log_out(path) {
            leg.log_out(self.request())
        } else if leg.is_whoami(path) {
            leg.whoami(self.request(), found.person.as_ref())
        } else {
            return None;
        };
        Some(self.finish(response))
    }

    /// Ends the session if the response requires it.
    fn finish(&self, response: WebResponse) -> HttpResponse {
        if response.ends_session() {
            self.arrived.replaces_person.set(true);
            sessions::end(self.session);
        }
        self.site.show(response)
    }

    /// The response when the session could not be changed: no one is signed in.
    fn broken(&self, why: &str, login: Option<&dyn Proven>) -> HttpResponse {
        tracing::error!("{why}");
        sessions::end(self.session);
        self.site.show(self.site.leg.broken(self.request(), login))
    }

    /// Signs a person in, unless the application's hooks decide otherwise.
    async fn sign_in(&self, signed_in: &SignedIn) -> HttpResponse {
        self.arrived.note(Login::Now(signed_in.clone()));
        let response = match sessions::make_room(self.session, &signed_in.identity) {
            Ok(kept) => self.decide(signed_in, kept).await,
            Err(error) => Err(error),
        };
        response.unwrap_or_else(|error| self.broken(&error.to_string(), Some(signed_in)))
    }

    async fn decide(
        &self,
        signed_in: &SignedIn,
        kept: HashMap<String, String>,
    ) -> sessions::Result<HttpResponse> {
        let leg = &self.site.leg;
        let is_held = Rc::<Cell<bool>>::default();
        let decision = match self.site.before_sign_in.as_deref() {
            Some(hook) => {
                let login = self.proven(Login::Now(signed_in.clone()), Some(Rc::clone(&is_held)));
                decision(|| hook(login)).await
            }
            None => Ok(None),
        };
        match decision {
            Ok(None) if is_held.get() => {
                let why = "before_sign_in held the login and then let the person in: after `hold`, return a response";
                return Ok(self.broken(why, Some(signed_in)));
            }
            Ok(None) => {}
            Ok(Some(mut response)) => {
                let status = response.status();
                let cookies = if is_held.get() {
                    leg.cookies_while_held(signed_in, status.as_u16())
                } else {
                    leg.cookies_before_sign_in(signed_in, status.as_u16())
                };
                add_cookies(response.headers_mut(), &cookies);
                keep_private(&mut response);
                if status.is_redirection() && !is_held.get() {
                    sessions::note_response(self.session)?;
                }
                return Ok(response);
            }
            Err(why) => return Ok(self.finish(leg.refused_sign_in(self.request(), signed_in, &why))),
        }
        sessions::restore(self.session, kept)?;
        self.admit(signed_in, Login::Now(signed_in.clone())).await
    }

    /// Signs in the person of a held login.
    pub(super) async fn complete(&self, key: Option<&str>) -> HttpResponse {
        let leg = &self.site.leg;
        let response = match sessions::take_held(self.session, leg, key) {
            Ok(Taken::Login(login)) => {
                self.arrived.note(Login::Held((*login).clone()));
                self.admit(&*login, Login::Held((*login).clone())).await
            }
            Ok(Taken::SignedIn(login)) => Ok(self.finish(leg.onwards(self.request(), &login))),
            Ok(Taken::Gone) => Ok(self.finish(leg.log_in_again(self.request()))),
            Err(error) => Err(error),
        };
        response.unwrap_or_else(|error| self.broken(&error.to_string(), None))
    }

    /// Signs the person in, and calls `on_sign_in`.
    async fn admit(&self, proven: &dyn Proven, login: Login) -> sessions::Result<HttpResponse> {
        let leg = &self.site.leg;
        sessions::sign_in(self.session, &leg.session_identity(proven.identity()))?;
        let decision: Decision = match self.site.on_sign_in.as_deref() {
            Some(hook) => decision(|| hook(self.proven(login, None))).await,
            None => Ok(None),
        };
        Ok(match decision {
            Ok(None) => self.finish(leg.admitted(self.request(), proven)),
            Ok(Some(mut response)) => {
                add_cookies(response.headers_mut(), proven.set_cookies());
                keep_private(&mut response);
                response
            }
            Err(why) => self.finish(leg.refused_sign_in(self.request(), proven, &why)),
        })
    }

    fn proven(&self, login: Login, is_held: Option<Rc<Cell<bool>>>) -> ProvenLogin {
        ProvenLogin { login, client: self.site.leg.client().clone(), session: self.session.clone(), is_held }
    }
}

/// Marks the application's own response to a callback as private: it is for one person, and the page's address contains a code.
fn keep_private(response: &mut HttpResponse) {
    add_default(response.headers_mut(), CACHE_CONTROL, "no-store");
    add_default(response.headers_mut(), REFERRER_POLICY, "no-referrer");
}
