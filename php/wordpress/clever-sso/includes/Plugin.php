<?php

/** Login, callback and logout, and the session between them. */

declare(strict_types=1);

namespace CleverSso\WordPress;

use CleverSso\BrowserLeg;
use CleverSso\BrowserReply;
use CleverSso\BrowserRequest;
use CleverSso\Client;
use CleverSso\Exception as CleverSsoException;
use CleverSso\Problem;
use CleverSso\Refused;
use CleverSso\SessionIdentity;
use CleverSso\SetCookie;
use CleverSso\SignedIn;

defined('ABSPATH') || exit;

final class Plugin
{
    /** The key in a session token. */
    private const IN_SESSION = 'clever_sso';
    private const TWELVE_HOURS = 43_200;
    /** How many seconds a session can be used for more sign-ins of the same person, such as tabs that are restored together. */
    private const SAME_SECONDS = 60;

    private ?SessionIdentity $signingIn = null;
    /** @var array{int, string}|null The user and the token of the session that this request began. */
    private ?array $begun = null;
    private ?Client $client = null;
    private readonly Users $users;

    public function __construct(private readonly Settings $settings, private readonly string $file)
    {
        $this->users = new Users($settings);
    }

    public function start(): void
    {
        // Before any translation, and before another plugin responds.
        add_action('init', fn() => load_plugin_textdomain('clever-sso', false, dirname(plugin_basename($this->file)) . '/languages'), 0);
        add_action('init', $this->answer(...), 1);
        add_action('wp_logout', $this->forget(...), 10, 0);
        add_filter('login_message', $this->button(...));
        add_filter('attach_session_information', $this->attach(...));
        add_filter('auth_cookie_expiration', fn($seconds) => $this->signingIn === null ? $seconds : self::TWELVE_HOURS);
        add_filter('plugin_action_links_' . plugin_basename($this->file), fn(array $links): array => [
            sprintf('<a href="%s">%s</a>', esc_url(admin_url('options-general.php?page=clever-sso')), esc_html__('Settings', 'clever-sso')),
            ...$links,
        ]);
        $this->users->start();
        if (is_admin()) {
            (new SettingsPage($this->settings, $this))->start();
        }
    }

    /** Who is signed in with Clever, for themes and other plugins; null for others. */
    public static function identity(): ?SessionIdentity
    {
        $session = \WP_Session_Tokens::get_instance(get_current_user_id())->get(wp_get_session_token());
        return is_user_logged_in() ? SessionIdentity::fromArray($session[self::IN_SESSION]['identity'] ?? null) : null;
    }

    /** The URL that begins a login. */
    public function loginUrl(?string $returnTo = null, bool $switchUser = false): string
    {
        return $this->leg()->loginUrl($returnTo, $switchUser);
    }

    /** @internal */
    public function client(): Client
    {
        return $this->client ??= $this->settings->names()->client([
            'clientId' => $this->settings->get('client_id'),
            'clientSecret' => $this->settings->get('client_secret') ?: null,
            'redirectUri' => $this->settings->get('redirect_uri'),
            // For a local emulator; can be set only in the environment.
            'baseUrl' => getenv('CLEVER_BASE_URL') ?: null,
        ]);
    }

    /** @internal The sentence for people who are refused by the site. */
    public static function notAdmitted(): string
    {
        return __("Your account doesn't have access to this app. Please ask someone at your school for help.", 'clever-sso');
    }

    /** Responds to requests for login, callback and logout, and then ends the script. */
    public function answer(): void
    {
        $page = $this->page();
        if ($page === null) {
            $this->tellThatTheSessionIsKept();
            return;
        }
        // What plugins print, for example a notice of PHP, must not begin the response: its headers are not set yet.
        ob_start();
        // Tells plugins that cache pages.
        defined('DONOTCACHEPAGE') || define('DONOTCACHEPAGE', true);
        $problems = $this->settings->problems();
        if ($problems !== []) {
            error_log('login failed: ' . Problem::CONFIG_INVALID . ': ' . implode(' ', $problems));
            wp_die(
                esc_html__('This app has a problem with Clever. Please tell someone at your school.', 'clever-sso'),
                '',
                ['response' => 500],
            );
        }
        try {
            $request = self::request();
            $reply = match ($page) {
                'login' => $this->leg()->login($request, is_user_logged_in()),
                'callback' => $this->callback($request),
                'logout' => $this->leg()->logOut($request),
            };
        } catch (CleverSsoException $error) {
            // The client refuses a setting.
            error_log('login failed: ' . $error->getMessage());
            wp_die(esc_html(self::translated($error->getUserMessage())), '', ['response' => $error->getPageStatus()]);
        }
        if ($reply->endsSession) {
            try {
                // The action of WordPress sends the cookies, for every way to log out.
                wp_logout();
            } catch (\Throwable $error) {
                error_log('login failed: ' . Problem::INTERNAL . ': ' . self::thrown($error));
                $this->signOut();
            }
        }
        $reply->send($this->show(...));
        exit;
    }

    private function callback(BrowserRequest $request): BrowserReply
    {
        $reply = $this->leg()->callback($request);
        if ($reply->signedIn === null) {
            return $reply;
        }
        $signedIn = $reply->signedIn;
        $isSignedIn = false;
        try {
            $goesOn = $this->isAnotherTab($signedIn);
            if (!$goesOn && is_user_logged_in()) {
                // Devices are shared: the session of the previous person ends in any case.
                wp_destroy_current_session();
            }
            $user = $this->users->of($signedIn);
            if (!$goesOn || $user->ID !== get_current_user_id()) {
                $this->begin($signedIn, $user);
            }
            $isSignedIn = true;
            return $this->leg()->admitted($signedIn);
        } catch (Refused $refused) {
            return $this->leg()->notAdmitted($signedIn, $refused->getMessage());
        } catch (CleverSsoException $error) {
            self::send($this->leg()->withoutSignIn($signedIn));
            return $this->leg()->failed($error);
        } catch (\Throwable $error) {
            // A filter or an action of the site. WordPress has no handler for it that speaks to people.
            return $this->leg()->broken(self::thrown($error), $signedIn);
        } finally {
            if (!$isSignedIn) {
                $this->signOut();
            }
        }
    }

    /** Filters and actions of the site may throw here too. Then the browser at least forgets its session. */
    private function signOut(): void
    {
        $steps = [
            // The session that has just begun, which the cookies of this request do not name.
            fn() => $this->begun === null ? null : \WP_Session_Tokens::get_instance($this->begun[0])->destroy($this->begun[1]),
            wp_destroy_current_session(...),
            wp_clear_auth_cookie(...),
            fn() => wp_set_current_user(0),
        ];
        foreach ($steps as $step) {
            try {
                $step();
            } catch (\Throwable $error) {
                error_log('login failed: ' . Problem::INTERNAL . ': ' . self::thrown($error));
            }
        }
    }

    /** For the log. The message of an exception may contain anything. */
    private static function thrown(\Throwable $error): string
    {
        return 'the site threw ' . get_debug_type($error) . " in {$error->getFile()}:{$error->getLine()}";
    }

    /** Whether this browser has a session of the same person that another tab began within the last minute. */
    private function isAnotherTab(SignedIn $signedIn): bool
    {
        $session = \WP_Session_Tokens::get_instance(get_current_user_id())->get(wp_get_session_token());
        $before = self::identity();
        return $before !== null
            && [$before->issuer, $before->id] === [$signedIn->identity->issuer, $signedIn->identity->id]
            && time() - ($session[self::IN_SESSION]['began_at'] ?? 0) < self::SAME_SECONDS;
    }

    /** Starts a session of WordPress with a new token. It ends when the browser closes, and after twelve hours. */
    private function begin(SignedIn $signedIn, \WP_User $user): void
    {
        $this->signingIn = SessionIdentity::of($signedIn->identity);
        $note = fn(mixed ...$told) => $this->begun = [(int) $told[3], (string) ($told[5] ?? '')];
        add_action('set_logged_in_cookie', $note, PHP_INT_MIN, 6);
        try {
            wp_set_current_user($user->ID);
            wp_set_auth_cookie($user->ID, false, str_starts_with(strtolower($this->settings->get('redirect_uri')), 'https:'));
        } finally {
            $this->signingIn = null;
            remove_action('set_logged_in_cookie', $note, PHP_INT_MIN);
        }
        do_action('wp_login', $user->user_login, $user);
    }

    /** @param array<string, mixed> $session */
    private function attach(array $session): array
    {
        return $this->signingIn === null
            ? $session
            : $session + [self::IN_SESSION => ['identity' => $this->signingIn->toArray(), 'began_at' => time()]];
    }

    /** Every logout, with any button, deletes the cookies of this plugin. */
    private function forget(): void
    {
        if (!headers_sent() && $this->settings->problems() === []) {
            self::send($this->client()->logOutCookies(self::request()->cookies));
        }
    }

    private function tellThatTheSessionIsKept(): void
    {
        if (headers_sent() || self::identity() === null || $this->settings->problems() !== []) {
            return;
        }
        [$always, $withPages] = $this->leg()->sessionKept(self::request());
        self::send($always);
        if ($withPages !== []) {
            nocache_headers();
            // Only a page that is shown proves that the person is not in a redirect loop. The status is known only when
            // the headers are sent.
            header_register_callback(fn() => intdiv((int) http_response_code(), 100) === 2 ? self::send($withPages) : null);
        }
    }

    /** The button above WordPress's own form. */
    private function button(string $message): string
    {
        if ($this->settings->problems() !== []) {
            return $message;
        }
        $wish = is_string($_GET['redirect_to'] ?? null) ? wp_unslash($_GET['redirect_to']) : null;
        // A login does not work in the small window that WordPress opens over its editor, because that is a frame.
        $target = isset($_GET['interim-login']) ? ' target="_blank" rel="noopener"' : '';
        return $message . sprintf(
            '<p style="margin:0 0 16px;text-align:center"><a class="button button-primary button-hero clever-login-button" href="%s"%s>%s</a></p>',
            esc_url($this->loginUrl($wish)),
            $target,
            esc_html__('Log in with Clever', 'clever-sso'),
        );
    }

    /** The page of a failed login, in the language of the site. */
    private function show(Problem $problem): void
    {
        $isSignedIn = $problem->homeUrl !== '';
        $title = $isSignedIn ? __('You cannot open this page', 'clever-sso') : __('Signing in did not work', 'clever-sso');
        $again = $isSignedIn
            ? [__('Go to the start page', 'clever-sso'), $problem->homeUrl]
            : [__('Log in with Clever', 'clever-sso'), $problem->loginUrl];
        printf(
            '<!doctype html><html %s><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title>'
                . '<style>%s</style></head><body><main><h1>%2$s</h1><p role="alert">%s</p><p><a href="%s">%s</a></p><p><a href="%s">%s</a></p>'
                . '<p>%s <code>%s</code></p></main></body></html>',
            get_language_attributes(),
            esc_html($title),
            Problem::STYLE,
            esc_html(self::translated($problem->sentence)),
            esc_url($again[1]),
            esc_html($again[0]),
            esc_url($problem->switchUserUrl),
            esc_html__('Log in as someone else', 'clever-sso'),
            esc_html__('Need help? Show this code to someone at your school:', 'clever-sso'),
            esc_html($problem->code),
        );
    }

    /** A sentence of the library in the language of the site. The plugin's translations have each of them. */
    private static function translated(string $sentence): string
    {
        return translate($sentence, 'clever-sso');
    }

    private function leg(): BrowserLeg
    {
        $folder = $this->folder();
        $home = (string) (parse_url(home_url('/'), PHP_URL_PATH) ?: '/');
        return new BrowserLeg(
            $this->client(),
            $this->settings->get('redirect_uri'),
            "{$folder}login",
            ["{$folder}login", $this->callbackPath(), "{$folder}logout"],
            $home,
            $home,
            $this->settings->get('district_id') ?: null,
            describeSession: fn(): string => sprintf(
                'session cookie %s: domain %s, path %s, Secure by is_ssl() (COOKIE_DOMAIN and COOKIEPATH in wp-config.php)',
                LOGGED_IN_COOKIE,
                COOKIE_DOMAIN ?: '(this host)',
                COOKIEPATH,
            ),
        );
    }

    private function callbackPath(): string
    {
        return parse_url($this->settings->get('redirect_uri'), PHP_URL_PATH) ?: '/';
    }

    private function folder(): string
    {
        $path = $this->callbackPath();
        return substr($path, 0, (int) strrpos($path, '/') + 1);
    }

    /** Whether this request is for login, callback or logout. A trailing slash makes no difference. */
    private function page(): ?string
    {
        $path = rtrim((string) parse_url('http://here' . wp_unslash($_SERVER['REQUEST_URI'] ?? '/'), PHP_URL_PATH), '/');
        return match ($path) {
            rtrim($this->callbackPath(), '/') => 'callback',
            "{$this->folder()}login" => 'login',
            "{$this->folder()}logout" => 'logout',
            default => null,
        };
    }

    /** Removes the slashes that WordPress adds before quotes in $_SERVER. */
    private static function request(): BrowserRequest
    {
        $cookies = $_SERVER['HTTP_COOKIE'] ?? null;
        return new BrowserRequest(
            wp_unslash($_SERVER['REQUEST_METHOD'] ?? 'GET'),
            wp_unslash($_SERVER['QUERY_STRING'] ?? ''),
            getallheaders(),
            $cookies === null ? null : wp_unslash($cookies),
        );
    }

    /** @param list<SetCookie> $cookies */
    private static function send(array $cookies): void
    {
        foreach ($cookies as $cookie) {
            $cookie->send();
        }
    }
}
