//! The way through the pages of a sign-in: at which home, and where it goes afterwards.

use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use crate::world::App;
use crate::world::Home;

/// Where somebody signs in, and on the way to what.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    /// The district, or Clever Library.
    pub(crate) home: Home<'a>,
    /// A path of the emulator.
    pub(crate) target: Option<&'a str>,
    /// The app that the target belongs to.
    pub(crate) app: Option<&'a App>,
}

impl Way<'_> {
    /// The address of the page at `path`, on the same way.
    pub(crate) fn link(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("portal", self.home.short_name());
        if let Some(target) = self.target {
            query.append_pair("target", target);
        }
        format!("{path}?{}", query.finish())
    }

    /// The address of the question which school is theirs, on the way to the same target.
    pub(super) fn choose_link(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("choose", "true");
        if let Some(target) = self.target {
            query.append_pair("target", target);
        }
        format!("/login?{}", query.finish())
    }

    /// The way as members of a form.
    pub(super) fn hidden(&self) -> Markup {
        html! {
            input type="hidden" name="portal" value=(self.home.short_name());
            (super::frame::hidden_target(self.target))
        }
    }
}
