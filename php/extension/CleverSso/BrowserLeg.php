<?php

/** The browser leg: the responses of login, callback and logout, for any kind of application. */

declare(strict_types=1);

namespace CleverSso;

/**
 * Turns the library's decisions into responses. It reads no globals, sends nothing and knows no session. `Web` and the
 * frameworks do that, each in its own way.
 */
final class BrowserLeg
{
    /** The query parameter that the waiting page adds to the address it continues to. */
    private const WAITED = 'clever_waited';
    /** The longest return_to that a login takes, in bytes, as a browser shows it. */
    private const LONGEST_RETURN_TO = 1024;
    /** A letter outside ASCII, percent-encoded, in UTF-8. */
    private const ENCODED_LETTER =
        '/%[CD][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2}|%F[0-4](?:%[89AB][0-9A-F]){3}/i';
    /** No part of a login belongs in a cache, or in the Referer of the next page. */
    private const PRIVATE = ['Cache-Control' => 'no-store', 'Referrer-Policy' => 'no-referrer'];

    /** The origin of the application, such as https://app.example:443. */
    private readonly string $origin;
    private readonly \Closure $log;
    /** The language of the pages: en or es. */
    public readonly string $language;

    /**
     * @param ClientInterface $client The client; in a test, a Testing\FakeClient.
     * @param string $redirectUri Its primary redirect URI.
     * @param string $loginPath The path of the login, as browsers see it.
     * @param list<string> $ownPaths The paths of login, callback and logout: no login returns there.
     * @param string $home Where people go after a login without returnTo.
     * @param string $afterLogout Where people go after a logout.
     * @param string|null $districtId The district, if it is known. Clever then skips the school picker.
     * @param bool $waitingPage Whether people see a page while their login is finished.
     * @param (callable(string, string): void)|null $log Takes a level of PSR-3 and one line, which holds no secret. Default: error_log.
     * @param (callable(): string)|null $describeSession What to look at when browsers come back without a session.
     * @param string $language The language of the pages: a tag such as es-MX, or the Accept-Language header of the request.
     *
     * @throws \ValueError When redirectUri is no URL.
     */
    public function __construct(
        private readonly ClientInterface $client,
        string $redirectUri,
        private readonly string $loginPath,
        private readonly array $ownPaths,
        public readonly string $home,
        private readonly string $afterLogout,
        private readonly ?string $districtId = null,
        private readonly bool $waitingPage = false,
        ?callable $log = null,
        private readonly mixed $describeSession = null,
        string $language = '',
    ) {
        $this->language = Sentences::language($language);
        $this->origin = self::originOf($redirectUri) ?? throw Traces::safe(new \ValueError('the redirect URI must be a URL'));
        $this->log = \Closure::fromCallable($log ?? static fn(string $level, string $line): bool => error_log($line));
    }

    /** A logger that throws, for example because its file cannot be written, does not stop a login. */
    private function log(string $level, string $line): void
    {
        try {
            ($this->log)($level, $line);
        } catch (\Throwable) {
            error_log($line);
        }
    }

    /**
     * The address that begins a login.
     *
     * @param string|null $returnTo Where to go after it: a path, or a URL of this application. If it has more than
     *     1,024 bytes, as a browser shows it, it is left out: the login would refuse it, and nginx limits the size of a header.
     * @param bool $switchUser Whether Clever lets the person confirm who they are: for "Not you?" links.
     */
    public function loginUrl(?string $returnTo = null, bool $switchUser = false): string
    {
        $returnTo = $returnTo === null ? null : self::asShown($returnTo);
        if (strlen($returnTo ?? '') > self::LONGEST_RETURN_TO) {
            $this->log('notice', 'return_to is not used: it is longer than ' . self::LONGEST_RETURN_TO . ' bytes, as a browser shows it');
            $returnTo = null;
        }
        $query = array_filter(['switch_user' => $switchUser ? '1' : null, 'return_to' => $returnTo], is_string(...));
        return $this->loginPath . ($query === [] ? '' : '?' . http_build_query($query, '', '&', PHP_QUERY_RFC3986));
    }

    /** Whether this request may be sent to Clever and come back. The login refuses all others. */
    public function canComeBack(BrowserRequest $request): bool
    {
        if (!in_array($request->method, ['GET', 'HEAD'], true)) {
            return false;
        }
        $refusal = $this->client->refusal('login', 'GET', $request->headers);
        // A page that was only prefetched may be requested again, and can then redirect.
        return $refusal === null || $refusal->status !== 403;
    }

    /** Whether an address leads to the login, the callback or the logout, which are not pages to return to. */
    public function leadsToALogin(string $address): bool
    {
        if (!str_starts_with($address, '/') && self::originOf($address) !== $this->origin) {
            return false;
        }
        return array_filter($this->ownPaths, fn(string $path) => Client::leadsTo($address, $path)) !== [];
    }

    /**
     * The response when no one is signed in, for a page that needs a person: a redirect to log in and back. A request that
     * cannot come back gets 401, with JSON for scripts.
     *
     * @param string $here The address of the page, as browsers see it.
     */
    public function notSignedIn(BrowserRequest $request, string $here): BrowserReply
    {
        if ($this->canComeBack($request) && $request->wantsPage()) {
            return $this->redirect($this->loginUrl($here), [], 'not_signed_in');
        }
        return self::json(401, ['detail' => 'You are not signed in.', 'code' => 'not_signed_in', 'login_url' => $this->loginPath]);
    }

    /** The response to a signed-in person without the role, if the framework has no page of its own: 403 with JSON. */
    public function notAllowed(): BrowserReply
    {
        return self::json(403, ['detail' => 'You may not open this page.', 'code' => 'not_allowed']);
    }

    /** Begins a login. By default, `returnTo` comes from the query. */
    public function login(BrowserRequest $request, bool $isSignedIn, ?string $returnTo = null): BrowserReply
    {
        return $this->refused('login', $request) ?? $this->guarded(function () use ($request, $isSignedIn, $returnTo) {
            $wishes = [
                'returnTo' => $returnTo ?? $request->parameter('return_to'),
                'districtId' => $request->parameter('district_id') ?: $this->districtId,
            ];
            if ($wishes['returnTo'] !== '' && $this->leadsToALogin($wishes['returnTo'])) {
                $this->log('notice', 'return_to is not used: it leads to the login, the callback or the logout, where no one can stay');
                $wishes['returnTo'] = '';
            }
            $wishes = array_filter($wishes, fn(?string $wish) => ($wish ?? '') !== '');
            $login = $this->begin($request, $isSignedIn, $wishes);
            return $login->needsPage
                ? $this->waiting($login->url, $login->setCookies, 'login')
                : $this->redirect($login->url, $login->setCookies, 'login');
        });
    }

    /** Finishes a login. When `signedIn` of the reply is set, decide about the person, and respond with `admitted` or `notAdmitted`. */
    public function callback(BrowserRequest $request): BrowserReply
    {
        return $this->refused('callback', $request) ?? $this->guarded(function () use ($request) {
            // With its question mark: a second question mark does not start a query.
            $query = "?{$request->query}";
            if ($this->waitingPage && $request->has('code') && $request->has('state') && !$request->has(self::WAITED)) {
                return $this->waiting($query . '&' . self::WAITED . '=1', [], 'waiting');
            }
            $outcome = $this->client->finishLogin($query, $request->cookies);
            return match (true) {
                $outcome instanceof SignedIn => new BrowserReply(200, self::PRIVATE, signedIn: $outcome, outcome: 'signed_in'),
                $outcome instanceof Restart => $this->redirect($outcome->login->url, $outcome->setCookies, 'restart'),
                $outcome instanceof Denied => $this->denied($outcome),
            };
        });
    }

    /** The response to a person the application let in. `isSignedIn` is false when they logged out in the meantime. */
    public function admitted(SignedIn $signedIn, bool $isSignedIn = true): BrowserReply
    {
        return $isSignedIn
            ? $this->redirect($signedIn->returnTo ?? $this->home, $signedIn->setCookies, 'signed_in')
            : $this->redirect($this->afterLogout, $this->withoutSignIn($signedIn), 'logout');
    }

    /** The response to a person the application refused, with your own sentence if you pass one. */
    public function notAdmitted(SignedIn $signedIn, ?string $sentence = null): BrowserReply
    {
        $this->log('warning', 'login failed: ' . Problem::NOT_ADMITTED . ': the application did not admit this person');
        return $this->problem(Problem::notAdmitted($this, $signedIn, $sentence), $this->withoutSignIn($signedIn), true);
    }

    /**
     * The cookies of a login that ended without a sign-in, so they don't record one.
     *
     * @return list<SetCookie> One for each name: the last one wins.
     */
    public function withoutSignIn(SignedIn $signedIn): array
    {
        $kept = array_filter($signedIn->setCookies, fn(SetCookie $cookie) => $cookie->maxAge > 0);
        $kept = array_map(fn(SetCookie $cookie) => "{$cookie->name}={$cookie->value}", $kept);
        $all = [...$signedIn->setCookies, ...$this->client->logOutCookies(implode('; ', $kept))];
        return array_values(array_column($all, null, 'name'));
    }

    /** Logs out: end your session too, as the reply says. */
    public function logOut(BrowserRequest $request): BrowserReply
    {
        return $this->refused('logout', $request) ?? new BrowserReply(
            303,
            ['Location' => $this->afterLogout] + self::PRIVATE,
            $this->client->logOutCookies($request->cookies),
            true,
            outcome: 'logout',
        );
    }

    /** Answers a HEAD request, a prefetched page, and a form of another site: none of them may act. */
    public function refused(string $endpoint, BrowserRequest $request): ?BrowserReply
    {
        $refusal = $this->client->refusal($endpoint, $request->method, $request->headers);
        if ($refusal === null) {
            return null;
        }
        $allow = $refusal->allow === null ? [] : ['Allow' => $refusal->allow];
        return new BrowserReply($refusal->status, $allow + self::PRIVATE, outcome: 'refused');
    }

    /**
     * The cookies to set when a request has the session of a signed-in person: first those for every response, then those
     * only for a page that is shown (status 2xx).
     *
     * @return array{list<SetCookie>, list<SetCookie>}
     */
    public function sessionKept(BrowserRequest $request): array
    {
        $cookies = $this->client->sessionKeptCookies($request->cookies);
        $isNavigation = $cookies !== [] && $request->method === 'GET' && $this->canComeBack($request);
        return [
            array_values(array_filter($cookies, fn(SetCookie $cookie) => $cookie->maxAge === 0)),
            array_values(array_filter($cookies, fn(SetCookie $cookie) => $isNavigation && $cookie->maxAge > 0)),
        ];
    }

    /** Logs what happened, and tells the person what to do. */
    public function failed(Exception $error): BrowserReply
    {
        $this->log($error->getPageStatus() === 500 ? 'error' : 'warning', 'login failed: ' . $error->getMessage());
        if ($error->getCodeWord() === 'session_not_kept' && $this->describeSession !== null) {
            $this->log('error', 'the session cookie: ' . ($this->describeSession)());
        }
        return $this->problem(Problem::of($error, $this, $this->home), $error->setCookies, $error->endsSession);
    }

    /** A setting is wrong. The message is for the log. */
    public function misconfigured(string $message): BrowserReply
    {
        $this->log('error', 'login failed: ' . Problem::CONFIG_INVALID . ": {$message}");
        return $this->problem(Problem::ofTheApp($this, Problem::CONFIG_INVALID));
    }

    /**
     * The application's own code failed, for example its session store. End your session first.
     *
     * @param string $why For the log.
     * @param SignedIn|null $signedIn The person, if they proved a login.
     */
    public function broken(string $why, ?SignedIn $signedIn = null): BrowserReply
    {
        $this->log('error', 'login failed: ' . Problem::INTERNAL . ": {$why}");
        $cookies = $signedIn === null ? [] : $this->withoutSignIn($signedIn);
        return $this->problem(Problem::ofTheApp($this, Problem::INTERNAL, $signedIn), $cookies);
    }

    /**
     * An exception of the application ends a login. It goes on to the application's own handler. Its message may contain anything,
     * so only its class is logged.
     *
     * @return list<SetCookie> To set with the response, whatever it is.
     */
    public function threw(SignedIn $signedIn, \Throwable $error): array
    {
        $class = get_debug_type($error);
        $this->log('warning', "login failed: the application threw {$class} (Clever id {$signedIn->identity->id})");
        return $this->withoutSignIn($signedIn);
    }

    /** The scheme, host and port of a URL; null when the text is not a URL. */
    public static function originOf(string $url): ?string
    {
        $parts = parse_url($url) ?: [];
        if (!isset($parts['scheme'], $parts['host'])) {
            return null;
        }
        $scheme = strtolower($parts['scheme']);
        $port = $parts['port'] ?? ['https' => 443, 'http' => 80][$scheme] ?? 0;
        return "{$scheme}://" . strtolower($parts['host']) . ":{$port}";
    }

    /**
     * The prefix that a proxy removes without telling the application: the start of the redirect URI's path, up to the path
     * that the application knows. null when the redirect URI leads elsewhere.
     */
    public static function prefixOf(string $redirectUri, string $callback): ?string
    {
        $public = rtrim(parse_url($redirectUri, PHP_URL_PATH) ?: '/', '/');
        $known = rtrim($callback, '/');
        return str_ends_with($public, $known) ? substr($public, 0, strlen($public) - strlen($known)) : null;
    }

    /**
     * Why browsers refuse the session cookie where logins come back to; null when they take it.
     *
     * @param string $domain The Domain attribute of the cookie; empty for the host itself.
     * @param string $setting Its name in the framework.
     */
    public static function refusedCookie(string $redirectUri, string $domain, string $setting): ?Finding
    {
        $host = strtolower((string) parse_url($redirectUri, PHP_URL_HOST));
        $wanted = strtolower(trim($domain, '.'));
        if ($wanted === '' || $host === $wanted || str_ends_with($host, ".{$wanted}")) {
            return null;
        }
        // It may be a secret that belongs to another setting.
        $shown = preg_match('/@|^[^.]{16,}$|[0-9a-f]{16}/i', $domain) === 1 ? 'one that is not shown' : $domain;
        $found = "{$setting} is {$shown}, but logins come back to {$host}: browsers refuse the session cookie there, and no one stays"
            . ' signed in';
        return new Finding('session', 'problem', $found, "leave {$setting} out, or set it to that host");
    }

    /** @param callable(): BrowserReply $answer */
    private function guarded(callable $answer): BrowserReply
    {
        try {
            return $answer();
        } catch (Exception $error) {
            return $this->failed($error);
        }
    }

    /** @param array<string, string> $wishes */
    private function begin(BrowserRequest $request, bool $isSignedIn, array $wishes): Login
    {
        try {
            return $this->client->beginLogin(
                $request->cookies,
                ...$wishes,
                switchUser: Client::isSwitchedOn($request->parameter('switch_user')),
                hasSession: $isSignedIn,
                home: $this->home,
            );
        } catch (ArgumentException $error) {
            // The author of the link gets no information, and the browser does not go there.
            $refused = str_contains($error->getMessage(), 'district') ? 'districtId' : 'returnTo';
            if (!isset($wishes[$refused])) {
                throw $error;
            }
            $name = ['returnTo' => 'return_to', 'districtId' => 'district_id'][$refused];
            $this->log('notice', "{$name} is not used: " . $error->getMessage());
            return $this->begin($request, $isSignedIn, array_diff_key($wishes, [$refused => '']));
        }
    }

    private function denied(Denied $outcome): BrowserReply
    {
        $word = json_encode(substr($outcome->error, 0, 100), JSON_INVALID_UTF8_SUBSTITUTE);
        $this->log('warning', 'login failed: ' . Problem::ACCESS_DENIED . ": Clever responded with {$word}");
        return $this->problem(Problem::denied($this, $outcome), $outcome->setCookies, $outcome->endsSession);
    }

    /** @param list<SetCookie> $cookies */
    private function problem(Problem $problem, array $cookies = [], bool $endsSession = false): BrowserReply
    {
        $wait = $problem->retryAfter === null ? [] : ['Retry-After' => (string) $problem->retryAfter];
        $headers = $wait + Problem::HEADERS + self::PRIVATE;
        return new BrowserReply($problem->status, $headers, $cookies, $endsSession, $problem->html(), $problem, outcome: $problem->code);
    }

    /** @param array<string, string> $body */
    private static function json(int $status, array $body): BrowserReply
    {
        $headers = ['Content-Type' => 'application/json'] + self::PRIVATE;
        return new BrowserReply($status, $headers, body: json_encode($body, JSON_THROW_ON_ERROR), outcome: $body['code']);
    }

    /** @param list<SetCookie> $cookies */
    private function waiting(string $onwards, array $cookies, string $outcome): BrowserReply
    {
        return new BrowserReply(200, Problem::HEADERS + self::PRIVATE, $cookies, body: Problem::wait($onwards, $this->language), outcome: $outcome);
    }

    /** @param list<SetCookie> $cookies */
    private function redirect(string $url, array $cookies, string $outcome): BrowserReply
    {
        return new BrowserReply(303, ['Location' => $url] + self::PRIVATE, $cookies, outcome: $outcome);
    }

    /**
     * A path or URL as a browser shows it: letters outside ASCII are decoded, and nothing else changes. The library counts the
     * bytes of this form. It is encoded again for the query: each byte of a letter then takes three bytes, not five.
     */
    private static function asShown(string $address): string
    {
        $shown = function (array $found): string {
            $letter = rawurldecode($found[0]);
            // Bytes that are not UTF-8, white space and control characters stay encoded.
            return preg_match('/^[^\p{Cc}\p{Z}]$/Du', $letter) === 1 ? $letter : $found[0];
        };
        return (string) preg_replace_callback(self::ENCODED_LETTER, $shown, $address);
    }

    /** @return array<string, string> For dumps. */
    public function __debugInfo(): array
    {
        return ['loginPath' => $this->loginPath, 'home' => $this->home];
    }
}
