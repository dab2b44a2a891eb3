//! Every app that is registered.

use super::app::App;
use super::error::AppError;

/// Every registered app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Apps(Vec<App>);

impl Apps {
    /// Registers the apps; the same identifier again adds redirect URIs.
    pub(crate) fn register(given: Vec<App>) -> Result<Self, AppError> {
        let mut apps = Self(Vec::new());
        for app in given {
            app.check()?;
            apps.add(app)?;
        }
        // Two valid apps may be wrong together.
        apps.0.iter().try_for_each(App::check)?;
        Ok(apps)
    }

    pub(crate) fn add(&mut self, app: App) -> Result<(), AppError> {
        if let Some(known) = self.0.iter_mut().find(|known| known.client_id == app.client_id) {
            return known.absorb(app);
        }
        self.0.push(app);
        Ok(())
    }

    /// The app with this identifier.
    pub(crate) fn get(&self, client_id: &str) -> Option<&App> {
        self.0.iter().find(|app| app.client_id == client_id)
    }

    /// Every app, in the order given.
    pub(crate) fn all(&self) -> &[App] {
        &self.0
    }
}

impl App {
    fn absorb(&mut self, other: Self) -> Result<(), AppError> {
        if self.client_secret != other.client_secret {
            return Err(AppError::TwoSecrets { client_id: other.client_id });
        }
        self.name = other.name.or(self.name.take());
        self.oidc |= other.oidc;
        self.library |= other.library;
        self.production |= other.production;
        self.user_types = other.user_types.or(self.user_types.take());
        self.districts = other.districts.or(self.districts.take());
        for redirect_uri in [other.primary_redirect_uri].into_iter().chain(other.further_redirect_uris) {
            if !self.redirect_uris().any(|known| known == redirect_uri) {
                self.further_redirect_uris.push(redirect_uri);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> App {
        text.parse().unwrap()
    }

    #[test]
    fn an_app_that_is_repeated_has_each_redirect_uri_once() {
        let app = |uri| App::new("id", "s", uri);
        let uris = ["http://a.example/", "http://b.example/", "http://a.example/", "http://b.example/"];
        let apps = Apps::register(uris.into_iter().map(app).collect()).unwrap();
        assert_eq!(apps.all()[0].redirect_uris().collect::<Vec<_>>(), uris[..2]);
    }

    #[test]
    fn the_redirect_uris_of_an_app_in_production_are_https() {
        let app = |uri| App::new("id", "s", uri).with_production();
        assert!(Apps::register(vec![app("https://a.example/")]).is_ok());
        let together = vec![App::new("id", "s", "http://a.example/"), app("https://a.example/")];
        for apps in [vec![app("http://a.example/")], together] {
            assert!(matches!(Apps::register(apps), Err(AppError::ProductionRedirectUri { .. })));
        }
    }

    #[test]
    fn the_same_app_again_adds_a_redirect_uri() {
        let apps = Apps::register(vec![parsed("id:s:https://a.example/"), parsed("id:s:https://b.example/")]);
        let apps = apps.unwrap();
        let uris: Vec<_> = apps.get("id").unwrap().redirect_uris().collect();
        assert_eq!(uris, ["https://a.example/", "https://b.example/"]);
        assert_eq!(apps.all().len(), 1);
    }

    #[test]
    fn the_same_app_with_another_secret_is_refused() {
        let apps = Apps::register(vec![parsed("id:s:https://a.example/"), parsed("id:t:https://b.example/")]);
        assert!(matches!(apps, Err(AppError::TwoSecrets { .. })));
    }
}
