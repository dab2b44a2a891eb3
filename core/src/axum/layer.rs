//! The layer around every page: the session, the login pages, and the data for the extractors.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::axum::extract::{Request, State};
use ::axum::http::header::CACHE_CONTROL;
use ::axum::middleware::Next;
use ::axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::endpoints::{Call, NO_STORE, add_cookies};
use super::people::Current;
use super::sessions;
use super::site::Site;
use crate::error::{Error, ErrorCode};
use crate::web::WebRequest;

/// A layer around the router of an application.
pub(super) async fn around(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let Some(session) = request.extensions().get::<Session>().cloned() else {
        let detail = "there are no sessions: the function for protect_with must add the layer that it gets to the router";
        tracing::error!("{detail}");
        return Error::with_detail(ErrorCode::ConfigInvalid, detail).into_response();
    };
    let asked = WebRequest::from(&request);
    let found = match sessions::look(&session, &site.marks).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!("the session store failed: {error}");
            return site.show(site.leg.broken(&asked, None));
        }
    };
    let call = Call { site: &site, request: &asked, session: &session, sent: found.sent };
    if let Some(response) = call.response(&found, request.extensions()).await {
        return response;
    }
    let (was_asked, has_completed) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    request.extensions_mut().insert(Current {
        site: site.clone(),
        request: Arc::new(asked.clone()),
        session: session.clone(),
        sent: found.sent,
        person: found.person.map(Arc::new),
        held: found.held.map(Arc::new),
        was_asked: Arc::clone(&was_asked),
        has_completed: Arc::clone(&has_completed),
    });
    let mut response = next.run(request).await;
    if found.came_back
        && let Err(error) = stay_logged_out(&session, &site).await
    {
        tracing::error!("the session store failed: {error}");
        return site.show(site.leg.broken(&asked, None));
    }
    if found.came_back && !has_completed.load(Ordering::Relaxed) {
        let cookies = site.leg.session_kept(&asked, response.status().as_u16());
        add_cookies(response.headers_mut(), &cookies);
    }
    if was_asked.load(Ordering::Relaxed) {
        response.headers_mut().entry(CACHE_CONTROL).or_insert(NO_STORE);
    }
    response
}

/// Ends a session that was changed after its person logged out. Otherwise the session layer would save it again.
async fn stay_logged_out(session: &Session, site: &Site) -> sessions::Result<()> {
    if session.is_modified() && sessions::has_ended(session, &site.marks).await? {
        return sessions::end(session, &site.marks).await;
    }
    Ok(())
}
