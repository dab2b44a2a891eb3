<?php

/** The session of one browser: who is signed in, for how long, and how it ends. */

declare(strict_types=1);

namespace CleverSso;

/** PHP's own sessions, with the settings that a login needs. Applications use Web. */
final class Session
{
    public const TWELVE_HOURS = 43_200;
    /** The name of the cookie, without __Host-. */
    public const NAME = 'session';
    private const VALID_ID = '/^[A-Za-z0-9,-]{22,256}$/D';
    public const NAME_RULE = 'begin with a letter, have up to 64 letters, digits, _ and -, and not begin with clever_';

    /** The key in $_SESSION. */
    private const KEY = 'clever_sso';
    /**
     * How many seconds a session stays valid after a new sign-in of the same person replaced it: requests that other tabs
     * have already sent with its cookie arrive late.
     */
    private const GRACE_SECONDS = 60;

    private readonly bool $secure;
    private readonly string $name;
    /** The id of the session when this request began; null when no one was signed in, or another session replaced it. */
    private ?string $id = null;
    /** @var array<string, mixed>|null As it was when this request began. */
    private readonly ?array $person;
    /** @var array<string, int> The replaced sessions that are still valid: by id, when each was replaced. */
    private array $replaced = [];
    /** The id for the session of the next sign-in; null for a new id. */
    private ?string $successor = null;
    /** @var array{string, string}|null The person of Clever who was signed in when this request began: issuer and id. */
    private ?array $user = null;
    /** @var array<string, mixed>|null The data of a session that had ended before this request came. */
    private ?array $over = null;
    /** Why the session could not be read when this request began; null if it could. */
    private ?SessionFailed $failed = null;

    /**
     * @param string $application The redirect URI of the application. Another application of this host may keep its sessions in
     *     the same place: they are not ours.
     * @param string $name The name of the cookie. With https, it gets the prefix __Host-.
     *
     * @throws \ValueError When seconds is not above 0, or name is not a valid cookie name.
     * @throws \LogicException When a session is open already, the response has begun, or php.ini fixes a setting.
     */
    public function __construct(
        private readonly string $application,
        private readonly int $seconds,
        string $name = self::NAME,
    ) {
        if ($seconds < 1) {
            throw Traces::safe(new \ValueError("sessionSeconds must be a whole number above 0, found {$seconds}"));
        }
        if (!self::isName($name)) {
            throw Traces::safe(new \ValueError('sessionName must ' . self::NAME_RULE));
        }
        // With __Host- no other host of the domain can plant a session; browsers accept such a name over https only.
        $this->secure = str_starts_with(strtolower($application), 'https:');
        $this->name = ($this->secure ? '__Host-' : '') . $name;
        if (session_status() === PHP_SESSION_ACTIVE && session_name() !== $this->name) {
            throw Traces::safe(new \LogicException(
                'a session was opened before CleverSso\Web was made, with settings of its own: make CleverSso\Web before'
                    . ' session_start(), and turn session.auto_start off',
            ));
        }
        self::mustPrecedeTheResponse('CleverSso\Web must be made');
        // For session_start() in the application too.
        if (session_status() === PHP_SESSION_NONE) {
            foreach ($this->options() as $option => $value) {
                try {
                    $isSet = ini_set("session.{$option}", $value) !== false;
                } catch (\Error $error) {
                    // Recent PHP: session.upload_progress.enabled is on.
                    throw Traces::safe(new \LogicException(
                        "session.{$option} must be '{$value}', but PHP does not allow it: {$error->getMessage()}",
                    ));
                }
                if (!$isSet) {
                    throw Traces::safe(new \LogicException("session.{$option} must be '{$value}', but the configuration of PHP fixes it"));
                }
            }
        }
        try {
            $person = session_status() === PHP_SESSION_ACTIVE
                ? $this->read()
                : $this->opened($this->idOfTheBrowser(), $this->read(...));
        } catch (SessionFailed $failed) {
            // The pages of the login respond with a page of their own.
            $this->failed = $failed;
        }
        $this->person = $person ?? null;
    }

    public static function isName(string $name): bool
    {
        return preg_match('/^(?!clever_)[a-z][a-z0-9_-]{0,63}$/Di', $name) === 1;
    }

    /**
     * @throws \LogicException When the headers of the response are sent: no cookie can be set then.
     */
    public static function mustPrecedeTheResponse(string $what): void
    {
        if (headers_sent($file, $line)) {
            $where = $file === '' ? '' : ", as it did in {$file}:{$line}";
            throw Traces::safe(new \LogicException("{$what} before the response begins{$where}"));
        }
    }

    /**
     * Who was signed in when this request began.
     *
     * @return array<string, mixed>|null
     *
     * @throws SessionFailed
     */
    public function person(): ?array
    {
        return $this->failed === null ? $this->person : throw $this->failed;
    }

    /**
     * Makes room for a new session of this person of Clever.
     *
     * A session of the same person stays valid for a minute, without the application's own data. Otherwise a request that is
     * in progress in another tab would find no one signed in. It has only one successor, even if several callbacks bring its
     * cookie, because a logout would not find a second one. Any other session ends at once: devices are shared, and an
     * attacker may have planted an anonymous session.
     *
     * @throws SessionFailed
     */
    public function replace(Identity $identity): void
    {
        $user = [$identity->issuer, $identity->id];
        $obsolete = function () use ($user): bool {
            $kept = $this->kept();
            if ($kept === null || ($kept['user'] ?? null) !== $user) {
                return false;
            }
            $replacedAt = $kept['replaced_at'] ?? time();
            $this->successor = $kept['successor'] ?? (string) self::told(session_create_id(...));
            $this->replaced = [(string) session_id() => $replacedAt] + $kept['replaced'];
            $_SESSION = [self::KEY => ['replaced_at' => $replacedAt, 'successor' => $this->successor] + $kept];
            return true;
        };
        if ($this->act($obsolete) === true) {
            return;
        }
        if (($this->over['user'] ?? null) === $user) {
            $this->successor = $this->over['successor'] ?? null;
        } else {
            $this->end();
        }
    }

    /**
     * Begins a session with a new id, without any data of the old one. Call `replace` first. If another
     * callback with the same cookie was faster, its session continues.
     *
     * @param array<string, mixed> $person
     *
     * @return bool False if the person has logged out since this request came: then no one is signed in.
     *
     * @throws SessionFailed
     */
    public function begin(Identity $identity, #[\SensitiveParameter] array $person): bool
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            // The application may have opened a session in the meantime.
            self::told(isset($this->replaced[(string) session_id()]) ? session_write_close(...) : session_destroy(...));
        }
        $user = [$identity->issuer, $identity->id];
        if ($this->isLoggedOut($user)) {
            $this->deleteCookie();
            return false;
        }
        $id = $this->successor ?? (string) self::told(session_create_id(...));
        do {
            self::told(fn() => session_id($id));
            // We set the id ourselves: in strict mode, PHP would replace it.
            self::told(fn() => session_start(['use_strict_mode' => '0', 'use_cookies' => '1']), mustWork: true);
            $kept = $this->kept();
            $faster = ($kept['user'] ?? null) === $user ? $kept : null;
            $id = $faster['successor'] ?? null;
            if ($id !== null) {
                // That session has been replaced too by now.
                $this->replaced[(string) session_id()] = $faster['replaced_at'];
                self::told(session_write_close(...));
            }
        } while ($id !== null);
        $_SESSION = [self::KEY => [
            'signed_in_at' => time(),
            'application' => $this->application,
            'user' => $user,
            'person' => $person,
            'replaced' => array_filter($this->replaced + ($faster['replaced'] ?? []), self::mayAnswer(...)),
        ]] + ($faster === null ? [] : $_SESSION);
        $id = (string) session_id();
        self::told(session_write_close(...), mustWork: true);
        self::told(fn() => ini_set('session.use_strict_mode', '1'));
        // From now on, a logout with the old cookie finds this session through the old one.
        if ($this->isLoggedOut($user)) {
            $this->opened($id, $this->destroy(...));
            $this->deleteCookie();
            return false;
        }
        return true;
    }

    /**
     * Ends the session of this browser, the sessions that it replaced, and the one that replaced it.
     *
     * @throws SessionFailed The browser then forgets its session.
     */
    public function end(): void
    {
        try {
            $linked = $this->act($this->destroy(...)) ?? ($this->over === null ? null : self::linkedTo($this->over));
            if ($linked === null) {
                return;
            }
            while ($linked !== []) {
                $more = $this->opened(array_pop($linked), $this->destroy(...));
                $linked = [...$linked, ...$more ?? []];
            }
        } catch (SessionFailed $failed) {
            $this->abandon();
            throw $failed;
        }
        $this->deleteCookie();
    }

    /** After the session store failed: the browser forgets its session, and this request stores nothing more. */
    public function abandon(): void
    {
        $_SESSION = [];
        try {
            session_status() === PHP_SESSION_ACTIVE && self::told(session_abort(...));
        } catch (SessionFailed) {
            // The handler could not even be closed.
        }
        $this->deleteCookie();
    }

    /**
     * Sends the cookie of this session if the application gave it a new id with session_regenerate_id. PHP does not, because this
     * class opens sessions without cookies. Call it when the headers are sent. A session that another one replaced sends none: a
     * late request of one tab must not replace the session of another tab.
     */
    public function sendNewId(): void
    {
        $id = (string) session_id();
        if ($this->id === null || $id === $this->id || preg_match(self::VALID_ID, $id) !== 1 || ini_get('session.use_cookies') === '1') {
            return;
        }
        header('Cache-Control: no-store');
        header("Set-Cookie: {$this->name}={$id}; path=/; HttpOnly; SameSite=Lax" . ($this->secure ? '; secure' : ''), false);
    }

    /** What to look at when browsers come back without a session. */
    public function describe(): string
    {
        return sprintf(
            'session cookie %s: domain (this host), path /, Secure %s; sessions are kept by %s in %s',
            $this->name,
            $this->secure ? 'yes' : 'no',
            ini_get('session.save_handler'),
            SessionFailed::safe(session_save_path() ?: sys_get_temp_dir()),
        );
    }

    /**
     * The person who is signed in in the open session. An expired session ends.
     *
     * @return array<string, mixed>|null
     */
    private function read(): ?array
    {
        $kept = $this->kept();
        if ($kept === null) {
            return null;
        }
        // Kept here, not in the browser: a cookie's age is only a request to the browser.
        $isInTime = time() - $kept['signed_in_at'] < $this->seconds;
        if ($isInTime && self::mayAnswer($kept['replaced_at'] ?? time())) {
            $this->user ??= $kept['user'] ?? null;
            $this->id = isset($kept['replaced_at']) ? null : (string) session_id();
            return $kept['person'];
        }
        $this->over = $kept;
        $this->destroy();
        return null;
    }

    /**
     * What this application has kept in the open session.
     *
     * @return array<string, mixed>|null
     */
    private function kept(): ?array
    {
        $kept = $_SESSION[self::KEY] ?? null;
        $isOurs = is_array($kept) && ($kept['application'] ?? null) === $this->application;
        return $isOurs ? $kept + ['replaced' => []] : null;
    }

    /**
     * Whether the session that this browser had at the start of the request was logged out since. A new sign-in of the same
     * person is not a logout.
     *
     * @param array{string, string} $user
     */
    private function isLoggedOut(array $user): bool
    {
        $isThere = fn(): bool => $this->kept() !== null;
        return $this->user === $user && $this->opened($this->idOfTheBrowser(), $isThere) !== true;
    }

    private function deleteCookie(): void
    {
        $cookie = ['expires' => 1, 'path' => '/', 'secure' => $this->secure, 'httponly' => true, 'samesite' => 'Lax'];
        headers_sent() || setcookie($this->name, '', $cookie);
    }

    private static function mayAnswer(int $replacedAt): bool
    {
        return time() - $replacedAt < self::GRACE_SECONDS;
    }

    /**
     * Destroys the open session.
     *
     * @return list<string> The ids of the sessions that it replaced, and of the one that replaced it.
     */
    private function destroy(): array
    {
        $linked = self::linkedTo($this->kept() ?? []);
        $_SESSION = [];
        self::told(session_destroy(...), mustWork: true);
        return $linked;
    }

    /**
     * The ids of the sessions that a session replaced, and of the one that replaced it.
     *
     * @param array<string, mixed> $kept The data of that session.
     *
     * @return list<string>
     */
    private static function linkedTo(#[\SensitiveParameter] array $kept): array
    {
        $before = array_map(strval(...), array_keys($kept['replaced'] ?? []));
        return isset($kept['successor']) ? [...$before, $kept['successor']] : $before;
    }

    /** Runs a function in the session of this browser and closes the session; null if there is none. */
    private function act(callable $act): mixed
    {
        if (session_status() !== PHP_SESSION_ACTIVE) {
            return $this->opened($this->idOfTheBrowser(), $act);
        }
        $result = $act();
        if (session_status() === PHP_SESSION_ACTIVE) {
            self::told(session_write_close(...));
        }
        return $result;
    }

    /**
     * Runs a function in an existing session; null if there is none. It sets no cookie: a late request of one tab must not
     * replace the session that another tab just started.
     */
    private function opened(#[\SensitiveParameter] ?string $id, callable $act): mixed
    {
        if ($id === null) {
            return null;
        }
        self::told(fn() => session_id($id));
        if (!self::told(fn() => session_start(['use_cookies' => '0']))) {
            return null;
        }
        if (session_id() !== $id) {
            // The server never issued this id. Strict mode has opened a new session, which is not needed.
            self::told(session_destroy(...));
        }
        $result = session_status() === PHP_SESSION_ACTIVE ? $act() : null;
        if (session_status() === PHP_SESSION_ACTIVE) {
            self::told(session_write_close(...));
        } else {
            self::told(fn() => ini_set('session.use_cookies', '1'));
        }
        return $result;
    }

    /**
     * Calls one of PHP's session functions. Its warnings go to the log, without a session id. An error handler that turns
     * warnings into exceptions would otherwise stop a login whose code has already been used.
     *
     * @param bool $mustWork Whether it is a failure if the session is not opened, written or destroyed.
     *
     * @throws SessionFailed Also when a session handler of the application throws.
     */
    private static function told(callable $act, bool $mustWork = false): mixed
    {
        $reported = error_reporting();
        $isLost = false;
        set_error_handler(function (int $level, string $message) use ($reported, &$isLost): bool {
            $isLost = $isLost || str_contains($message, 'Failed to write session data');
            // A session handler of the application may suppress its own warnings with @.
            if (error_reporting() === $reported || (error_reporting() & $level) !== 0) {
                error_log('the session: ' . SessionFailed::safe($message));
            }
            return true;
        });
        try {
            $result = $act();
        } catch (\Throwable $error) {
            throw SessionFailed::because($error);
        } finally {
            restore_error_handler();
        }
        return $mustWork && ($isLost || $result === false) ? throw new SessionFailed('it did not store or delete a session') : $result;
    }

    /**
     * Read from the header itself, because PHP can turn other cookie names into this one in $_COOKIE. Another application
     * may have a cookie with this name for a longer path, and it comes first. A value that is not an id is not ours.
     */
    private function idOfTheBrowser(): ?string
    {
        foreach (explode(';', $_SERVER['HTTP_COOKIE'] ?? '') as $pair) {
            [$name, $value] = array_map(fn(string $part) => trim($part, " \t"), explode('=', $pair, 2)) + [1 => ''];
            if ($name === $this->name && preg_match(self::VALID_ID, $value) === 1) {
                return $value;
            }
        }
        return null;
    }

    /**
     * The strictest cookie settings that work. Not SameSite=Strict: the browser must send them when it returns from Clever.
     *
     * @return array<string, string>
     */
    private function options(): array
    {
        return [
            'name' => $this->name,
            'cookie_lifetime' => '0',
            'cookie_path' => '/',
            'cookie_domain' => '',
            'cookie_secure' => $this->secure ? '1' : '0',
            'cookie_httponly' => '1',
            'cookie_samesite' => 'Lax',
            'use_cookies' => '1',
            'use_only_cookies' => '1',
            'use_trans_sid' => '0',
            // An id that the server never issued is never used.
            'use_strict_mode' => '1',
            // The browser comes from Clever.
            'referer_check' => '',
            'cache_limiter' => '',
            'gc_maxlifetime' => (string) $this->seconds,
        ];
    }
}
