//! What the pages of a login share: at which home somebody signs in, and where they go afterwards.

use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use crate::world::App;
use crate::world::Home;

/// Where somebody signs in, and what for.
#[derive(Clone, Copy)]
pub(crate) struct LoginContext<'a> {
    /// The district, or Clever Library.
    pub(crate) home: Home<'a>,
    /// A path of the emulator.
    pub(crate) target: Option<&'a str>,
    /// The app that the target belongs to.
    pub(crate) app: Option<&'a App>,
}

impl LoginContext<'_> {
    /// The address of the page at `path`, with the same home and target.
    pub(crate) fn link(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("portal", self.home.short_name());
        if let Some(target) = self.target {
            query.append_pair("target", target);
        }
        format!("{path}?{}", query.finish())
    }

    /// The address of the school picker, with the same target.
    pub(super) fn choose_link(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("choose", "true");
        if let Some(target) = self.target {
            query.append_pair("target", target);
        }
        format!("/login?{}", query.finish())
    }

    /// Home and target as hidden fields of a form.
    pub(super) fn hidden(&self) -> Markup {
        html! {
            input type="hidden" name="portal" value=(self.home.short_name());
            (super::frame::hidden_target(self.target))
        }
    }
}
