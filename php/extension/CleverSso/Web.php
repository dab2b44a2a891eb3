<?php

/**
 * The browser leg for a plain PHP application: login, callback and logout, and the session between them.
 *
 * The same file for the extension and for FFI. The library decides; this class sends its decisions to the browser.
 */

declare(strict_types=1);

namespace CleverSso;

require_once __DIR__ . '/Traces.php';
require_once __DIR__ . '/NotSerializable.php';
require_once __DIR__ . '/Unchangeable.php';
require_once __DIR__ . '/Hidden.php';
require_once __DIR__ . '/Redacted.php';
require_once __DIR__ . '/BrowserLeg.php';
require_once __DIR__ . '/BrowserReply.php';
require_once __DIR__ . '/BrowserRequest.php';
require_once __DIR__ . '/Problem.php';
require_once __DIR__ . '/Refused.php';
require_once __DIR__ . '/Sentences.php';
require_once __DIR__ . '/SessionFailed.php';
require_once __DIR__ . '/Session.php';
require_once __DIR__ . '/SessionIdentity.php';
require_once __DIR__ . '/SettingNames.php';
require_once __DIR__ . '/Variables.php';

/** Log in with Clever on a plain PHP page. Make it before anything is sent to the browser. */
final class Web
{
    /** The parameter that says that return_to is the path as it arrived here. A proxy may have removed the folder from it. */
    private const AS_ARRIVED = 'clever_as_arrived';

    /** The variables that only this class reads. */
    private const VARIABLES = [
        'CLEVER_DISTRICT_ID', 'CLEVER_SESSION_SECONDS', 'CLEVER_WAITING_PAGE', 'CLEVER_SESSION_NAME', 'CLEVER_LANGUAGE',
    ];

    /** The session, which holds a person and session ids. No dump shows them. */
    private readonly \SensitiveParameterValue|Hidden $hidden;
    private readonly BrowserLeg $leg;
    /** The path of the callback, as browsers see it. */
    private readonly string $callback;
    /** The folder of the callback, as browsers see it, with a proxy's prefix. Our other pages are in it too. */
    private readonly string $folder;

    /**
     * @param ClientInterface $client The client; in a test, a Testing\FakeClient.
     * @param string $redirectUri Its primary redirect URI. With https the cookies are __Host- and Secure.
     * @param string $afterLogin Where people go after a login that was not on its way to a page: a path, or the name of a
     *     page beside the callback. Default: the folder of the callback.
     * @param string $afterLogout The same after a logout.
     * @param string|null $districtId The district, if it is known. Clever then skips the school picker.
     * @param int $sessionSeconds How long a session lasts after the sign-in, in seconds. It also ends with the browser.
     * @param bool $waitingPage Whether people see a page while their login is finished.
     * @param string $sessionName The name of the session cookie; with https, it gets the prefix __Host-. Each application of a
     *     host needs its own name, or they end each other's sessions.
     * @param string|null $language The language of the pages, en or es. Default: the one that the browser asks for.
     *
     * @throws \ValueError When redirectUri is no URL, afterLogin leads to a login again, sessionSeconds is not above 0,
     *     sessionName is not a valid name, or language is neither en nor es.
     * @throws \LogicException When a session is open already, the response has begun, or php.ini fixes a setting of sessions.
     */
    public function __construct(
        private readonly ClientInterface $client,
        string $redirectUri,
        string $afterLogin = '',
        string $afterLogout = '',
        ?string $districtId = null,
        int $sessionSeconds = Session::TWELVE_HOURS,
        bool $waitingPage = false,
        string $sessionName = Session::NAME,
        ?string $language = null,
    ) {
        if (!in_array($language, [null, 'en', 'es'], true)) {
            throw Traces::safe(new \ValueError(__METHOD__ . "(): Argument #9 (\$language) must be 'en' or 'es'"));
        }
        if (BrowserLeg::originOf($redirectUri) === null) {
            throw Traces::safe(new \ValueError(__METHOD__ . '(): Argument #2 ($redirectUri) must be a URL'));
        }
        $this->callback = parse_url($redirectUri, PHP_URL_PATH) ?: '/';
        $this->folder = substr($this->callback, 0, (int) strrpos($this->callback, '/') + 1);
        $home = str_starts_with($afterLogin, '/') ? $afterLogin : $this->folder . $afterLogin;
        $this->leg = new BrowserLeg(
            $client,
            $redirectUri,
            "{$this->folder}login",
            $this->ownPaths(),
            $home,
            str_starts_with($afterLogout, '/') ? $afterLogout : $this->folder . $afterLogout,
            $districtId,
            $waitingPage,
            describeSession: fn(): string => $this->session()->describe(),
            language: $language ?? (string) ($_SERVER['HTTP_ACCEPT_LANGUAGE'] ?? ''),
        );
        if ($this->leg->leadsToALogin($home)) {
            throw Traces::safe(new \ValueError(
                __METHOD__ . '(): Argument #3 ($afterLogin) must be a page of yours, not the login, the callback or the logout',
            ));
        }
        $this->hidden = Hidden::of(new Session($redirectUri, $sessionSeconds, $sessionName));
        if ($this->page() !== null) {
            return;
        }
        try {
            $this->tellThatTheSessionIsKept();
        } catch (SessionFailed $failed) {
            // This is a page of the application, and an exception of its own code.
            throw $failed->getPrevious() ?? $failed;
        }
    }

    /**
     * The settings are environment variables: those of Client::fromEnv, with CLEVER_REDIRECT_URI; and, where they are set,
     * CLEVER_DISTRICT_ID, CLEVER_SESSION_SECONDS, CLEVER_WAITING_PAGE, CLEVER_SESSION_NAME and CLEVER_LANGUAGE.
     *
     * @throws ConfigException config_invalid
     * @throws \ValueError When one of the others has a wrong value, or CLEVER_CLIENT_SECRET or CLEVER_REDIRECT_URI is missing.
     * @throws \LogicException As the constructor.
     */
    public static function fromEnv(string $afterLogin = '', string $afterLogout = ''): self
    {
        $client = Client::fromEnv();
        $others = self::readVariables();
        $redirectUri = $client->redirectUris[0] ?? throw Traces::safe(new \ValueError('CLEVER_REDIRECT_URI has no URL'));
        return new self($client, $redirectUri, $afterLogin, $afterLogout, ...$others);
    }

    /**
     * Checks the setup in the environment variables: those of `fromEnv`, and all that Client::doctorFromEnv checks. It also
     * names variables that look misspelled.
     *
     * @throws InternalException
     */
    public static function doctorFromEnv(): Report
    {
        $found = [];
        try {
            self::readVariables();
        } catch (\ValueError $error) {
            $found[] = new Finding('settings', 'problem', $error->getMessage(), 'correct this variable, or remove it');
        }
        foreach (self::misspelled() as $name => $meant) {
            $found[] = new Finding('settings', 'warning', "nothing reads {$name}: is it {$meant}?", 'rename this variable, or remove it');
        }
        // "Every setting is valid" is about the client only.
        $isTrue = fn(Finding $one): bool => $found === [] || [$one->check, $one->level] !== ['settings', 'ok'];
        return new Report([...$found, ...array_filter(Client::doctorFromEnv()->findings, $isTrue)]);
    }

    /**
     * Only the client, as Client::fromEnv makes it.
     *
     * @throws ConfigException config_invalid
     */
    public static function clientFromEnv(): Client
    {
        return Client::fromEnv();
    }

    /**
     * Answers login, callback and logout, and then ends the script. For any other request, it returns.
     *
     * @param (callable(SignedIn): ?array<string, mixed>)|null $admit Called with each person who signed in. What it returns is
     *     what `person` gives from then on; null keeps the person out, and so does Refused, whose message they read. Default: issuer, id, name, userType, districtId.
     * @param (callable(Problem): void)|null $show Prints the page of a login that failed. Status and headers are set; add
     *     your own. Default: a plain page.
     *
     * @throws \Throwable What `admit` throws, for your own error handler. Then no one is signed in. If your session handler or
     *     `show` throws, people see the page of a failed login, and the log says why.
     */
    public function answer(?callable $admit = null, ?callable $show = null): void
    {
        $page = $this->page();
        if ($page === null) {
            return;
        }
        $request = BrowserRequest::fromGlobals();
        // What the application prints, for example a notice of PHP, must not begin the response: its headers are not set yet.
        ob_start();
        try {
            // If the session store fails, it fails before the code is used.
            $isSignedIn = $this->session()->person() !== null;
            $reply = match ($page) {
                'login' => $this->leg->login($request, $isSignedIn, $this->wish()),
                'callback' => $this->finish($request, $admit ?? self::keep(...)),
                'logout' => $this->leg->logOut($request),
                'misplaced' => $this->leg->misconfigured(
                    "CLEVER_REDIRECT_URI leads to {$this->callback}, but a callback arrived below another prefix: it must be"
                        . ' the public address, with the prefix that a proxy adds or takes off',
                ),
            };
            if ($reply->endsSession) {
                $this->session()->end();
            }
        } catch (SessionFailed $failed) {
            if ($page === 'callback' && $this->isOfALoginOfThisBrowser()) {
                // Devices are shared: the previous person must not stay signed in.
                $this->session()->abandon();
            }
            $reply = $this->leg->broken($failed->getMessage());
        }
        $reply->send($show);
        exit;
    }

    /**
     * Who is signed in, as `admit` returned it; null if no one is.
     *
     * A page that names a person must not be cached, so the response gets no-store.
     *
     * @return array<string, mixed>|null
     */
    public function person(): ?array
    {
        $person = $this->session()->person();
        if (!headers_sent()) {
            header('Cache-Control: no-store');
        }
        return $person;
    }

    /**
     * Who is signed in. If no one is, it sends the browser to log in and back to this page, and ends the script.
     *
     * A form, a frame or a request of a script, which cannot come back, gets 401 instead.
     *
     * @return array<string, mixed>
     *
     * @throws \LogicException If no one is signed in and the response has begun; and for a request that is for `answer`.
     */
    public function requirePerson(): array
    {
        if ($this->page() !== null) {
            throw Traces::safe(new \LogicException('call answer before requirePerson: otherwise no one could log in, because this page is part of the login'));
        }
        $person = $this->person();
        if ($person !== null) {
            return $person;
        }
        if (!isset($_SERVER['REQUEST_URI'])) {
            throw Traces::safe(new \LogicException('PHP does not say which page this is: variables_order in php.ini must have an S'));
        }
        Session::mustPrecedeTheResponse('requirePerson must be called');
        if ($this->leg->canComeBack(BrowserRequest::fromGlobals())) {
            header('Location: ' . $this->loginUrlOfThisPage(), true, 303);
        } else {
            http_response_code(401);
        }
        exit;
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
        return $this->leg->loginUrl($returnTo, $switchUser);
    }

    /** The address of a login that comes back to this page. */
    private function loginUrlOfThisPage(): string
    {
        $path = $this->path();
        $query = ($_SERVER['QUERY_STRING'] ?? '') === '' ? '' : '?' . $_SERVER['QUERY_STRING'];
        $url = $this->loginUrl(($path === '' ? '/' : $path) . $query);
        // Either this page is outside the callback's folder, or a proxy removed the folder: the login finds out which.
        $isAsArrived = str_contains($url, '?') && !str_starts_with($path, $this->folder);
        return $isAsArrived ? $url . '&' . self::AS_ARRIVED . '=1' : $url;
    }

    /** Where the login of this request leads to: a path as the browser sees it, or a URL; '' if not set. */
    private function wish(): string
    {
        $wish = self::parameter('return_to');
        $isShort = isset($_GET[self::AS_ARRIVED]) && !str_starts_with($this->path(), $this->folder);
        return $isShort && str_starts_with($wish, '/') ? $this->folder . substr($wish, 1) : $wish;
    }

    /** The address for the form of a logout button. It must be a POST. */
    public function logoutUrl(): string
    {
        return "{$this->folder}logout";
    }

    /** Which of our pages this request is for; 'misplaced' for a callback below an unknown prefix. */
    private function page(): ?string
    {
        $path = $this->path();
        $isAnswer = isset($_GET['code']) || isset($_GET['error']);
        $isMisplaced = fn(): bool => basename($path) === basename($this->callback) && $this->isOfALoginOfThisBrowser();
        return $this->pageAt($path, $isAnswer) ?? ($isAnswer && $isMisplaced() ? 'misplaced' : null);
    }

    /** Which page of ours is at a path. A slash at the end makes no difference. */
    private function pageAt(string $path, bool $isAnswer): ?string
    {
        $below = rtrim($this->below($path), '/');
        return match (true) {
            // A callback at the root shares its address with the front page.
            $below === rtrim($this->below($this->callback), '/') && ($below !== '' || $isAnswer) => 'callback',
            $below === 'login', $below === 'logout' => $below,
            default => null,
        };
    }

    /** Whether this is a callback of a login that this browser began. Any site can link to such an address. */
    private function isOfALoginOfThisBrowser(): bool
    {
        try {
            $key = $this->client->loginKey('?' . ($_SERVER['QUERY_STRING'] ?? ''));
        } catch (ArgumentException) {
            return false;
        }
        return $key !== null && str_contains(self::cookies() ?? '', "{$key}=");
    }

    /** The raw path of this request. It is not part of a URL with a host: `//host/` is a path here. */
    private function path(): string
    {
        $path = (string) parse_url('http://here' . ($_SERVER['REQUEST_URI'] ?? '/'), PHP_URL_PATH);
        // Browsers may not know the folder of this script on the server: a proxy adds it to their path.
        $script = (string) ($_SERVER['SCRIPT_NAME'] ?? '');
        $added = substr($script, 0, (int) strrpos($script, '/') + 1);
        $isScript = str_starts_with($script, '/') && basename($script) === basename($_SERVER['SCRIPT_FILENAME'] ?? '');
        $isAdded = $isScript && !str_starts_with($this->folder, $added) && str_starts_with($path, $added);
        return $isAdded ? substr($path, strlen($added) - 1) : $path;
    }

    /** The part of a path below the callback's folder. A proxy may have removed that folder. */
    private function below(string $path): string
    {
        return substr($path, str_starts_with($path, $this->folder) ? strlen($this->folder) : 1);
    }

    /** @return list<string> The paths of login, callback and logout, with the folder and without it. */
    private function ownPaths(): array
    {
        // A callback at the root shares its address with the front page.
        $names = array_filter(['login', 'logout', rtrim($this->below($this->callback), '/')], fn(string $name) => $name !== '');
        return array_merge(...array_map(fn(string $name) => [$this->folder . $name, "/{$name}"], array_values($names)));
    }

    /** A sign-in that left a session was not lost: the library need not count it. */
    private function tellThatTheSessionIsKept(): void
    {
        if ($this->session()->person() === null) {
            return;
        }
        [$always, $forPages] = $this->leg->sessionKept(BrowserRequest::fromGlobals());
        if ($always !== [] || $forPages !== []) {
            header('Cache-Control: no-store');
        }
        self::send($always);
        // The status of the response, and the id of the session, are known when the headers are sent.
        header_register_callback(function () use ($forPages): void {
            // Only a page that is shown proves that the person is not in a loop.
            self::send(intdiv(http_response_code(), 100) === 2 ? $forPages : []);
            $this->session()->sendNewId();
        });
    }

    /** A parameter of the query; '' when it is missing, or a list. */
    private static function parameter(string $name): string
    {
        $value = $_GET[$name] ?? '';
        return is_string($value) ? $value : '';
    }

    /** @param callable(SignedIn): ?array<string, mixed> $admit */
    private function finish(BrowserRequest $request, callable $admit): BrowserReply
    {
        $reply = $this->leg->callback($request);
        if ($reply->signedIn === null) {
            return $reply;
        }
        try {
            return $this->signIn($reply->signedIn, $admit);
        } catch (SessionFailed $failed) {
            $this->session()->abandon();
            return $this->leg->broken($failed->getMessage(), $reply->signedIn);
        } catch (Exception $error) {
            return $this->leg->failed($error);
        }
    }

    /**
     * @param callable(SignedIn): ?array<string, mixed> $admit
     *
     * @throws SessionFailed
     */
    private function signIn(SignedIn $outcome, callable $admit): BrowserReply
    {
        $this->session()->replace($outcome->identity);
        $person = null;
        $isOver = false;
        try {
            $person = $admit($outcome);
            if ($person !== null && !is_array($person)) {
                $found = get_debug_type($person);
                throw Traces::safe(new \TypeError(self::class . "::answer(): Argument #1 (\$admit) must return an array or null, {$found} returned"));
            }
            Session::mustPrecedeTheResponse('a person must be signed in');
            $isOver = $person !== null && $this->session()->begin($outcome->identity, $person);
            // A person who logged out during the login stays logged out.
            return $person === null ? $this->leg->notAdmitted($outcome) : $this->leg->admitted($outcome, $isOver);
        } catch (Refused $refused) {
            return $this->leg->notAdmitted($outcome, $refused->getMessage());
        } catch (SessionFailed $failed) {
            $isOver = true;
            throw $failed;
        } catch (Exception $error) {
            self::send($this->leg->withoutSignIn($outcome));
            throw $error;
        } catch (\Throwable $error) {
            self::send($this->leg->threw($outcome, $error));
            throw $error;
        } finally {
            if (!$isOver) {
                $this->session()->end();
            }
        }
    }

    /** @param list<SetCookie> $setCookies */
    private static function send(array $setCookies): void
    {
        foreach (headers_sent() ? [] : $setCookies as $cookie) {
            $cookie->send();
        }
    }

    /** @return array<string, mixed> */
    private static function keep(SignedIn $outcome): array
    {
        $identity = $outcome->identity;
        return [
            'issuer' => $identity->issuer,
            'id' => $identity->id,
            'name' => $identity->name->full,
            'userType' => $identity->userType,
            'districtId' => $identity->districtId,
        ];
    }

    /** The cookies of this request, as the browser sent them. */
    private static function cookies(): ?string
    {
        return $_SERVER['HTTP_COOKIE'] ?? null;
    }

    /**
     * The arguments that are no settings of the client, by their names.
     *
     * @return array<string, mixed>
     */
    private static function readVariables(): array
    {
        foreach (['CLEVER_CLIENT_SECRET', 'CLEVER_REDIRECT_URI'] as $needed) {
            if (Variables::get($needed) === null) {
                throw Traces::safe(new \ValueError("{$needed} is not set"));
            }
        }
        $name = Variables::get('CLEVER_SESSION_NAME') ?? Session::NAME;
        if (!Session::isName($name)) {
            throw Traces::safe(new \ValueError('CLEVER_SESSION_NAME must ' . Session::NAME_RULE));
        }
        $language = Variables::get('CLEVER_LANGUAGE');
        if (!in_array($language, [null, 'en', 'es'], true)) {
            throw Traces::safe(new \ValueError('CLEVER_LANGUAGE must be en or es'));
        }
        return [
            'districtId' => Variables::get('CLEVER_DISTRICT_ID'),
            'sessionSeconds' => self::checked('CLEVER_SESSION_SECONDS', FILTER_VALIDATE_INT, 'a whole number above 0', ['min_range' => 1])
                ?? Session::TWELVE_HOURS,
            'waitingPage' => self::checked('CLEVER_WAITING_PAGE', FILTER_VALIDATE_BOOLEAN, 'true or false') ?? false,
            'sessionName' => $name,
            'language' => $language,
        ];
    }

    /** @return array<string, string> Variables that are set and not read, with the names that they resemble. */
    private static function misspelled(): array
    {
        $arguments = array_map(fn(\ReflectionParameter $one): string => $one->name, (new \ReflectionMethod(Client::class, '__construct'))->getParameters());
        $variable = fn(string $argument): string => 'CLEVER_' . strtoupper((string) preg_replace('/[A-Z]/', '_$0', $argument));
        $known = [...array_map($variable, array_diff($arguments, ['logger'])), ...self::VARIABLES];
        $found = [];
        foreach (array_diff(preg_grep('/^CLEVER_/', Variables::names()), $known) as $name) {
            foreach ($known as $meant) {
                $found += levenshtein($name, $meant) < 3 ? [$name => $meant] : [];
            }
        }
        return $found;
    }

    /** @param array<string, int> $options */
    private static function checked(string $name, int $filter, string $expected, array $options = []): int|bool|null
    {
        $text = Variables::get($name);
        $value = $text === null ? null : filter_var($text, $filter, ['flags' => FILTER_NULL_ON_FAILURE] + compact('options'));
        if ($text !== null && $value === null) {
            // A longer one may be a secret that belongs to another variable.
            $found = strlen($text) < 16 && !str_contains($text, '@') ? ", found '{$text}'" : '';
            throw Traces::safe(new \ValueError("{$name} must be {$expected}{$found}"));
        }
        return $value;
    }

    private function session(): Session
    {
        return $this->hidden->getValue();
    }
}
