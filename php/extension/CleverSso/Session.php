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

    /** Under this key of $_SESSION. */
    private const KEY = 'clever_sso';
    /**
     * How long a session still answers, in seconds, after a new sign-in of the same person replaced it: other tabs have sent
     * requests with its cookie, and they arrive late.
     */
    private const GRACE_SECONDS = 60;

    private readonly bool $secure;
    private readonly string $name;
    /** @var array<string, mixed>|null As it was when this request began. */
    private readonly ?array $person;
    /** @var array<string, int> When each session was replaced that may still answer, by its id. */
    private array $replaced = [];
    /** The id of the session that a sign-in begins; null when it gets a new one. */
    private ?string $successor = null;
    /** @var array{string, string}|null The person of Clever who was signed in when this request began: issuer and id. */
    private ?array $user = null;
    /** @var array<string, mixed>|null What a session had kept that was over when this request came. */
    private ?array $over = null;

    /**
     * @param string $application Its redirect URI. Another application of this host, which may keep its sessions in the same
     *     place, is none of ours.
     * @param string $name The name of the cookie. With https it begins with __Host- besides.
     *
     * @throws \ValueError When seconds is not above 0, or name is no such name.
     * @throws \LogicException When a session is open already, the answer has begun, or php.ini fixes a setting.
     */
    public function __construct(
        private readonly string $application,
        private readonly int $seconds,
        string $name = self::NAME,
    ) {
        if ($seconds < 1) {
            throw new \ValueError("sessionSeconds must be a whole number above 0, found {$seconds}");
        }
        if (preg_match('/^(?!clever_)[a-z][a-z0-9_-]{0,63}$/Di', $name) !== 1) {
            throw new \ValueError(
                'sessionName must begin with a letter, have up to 64 letters, digits, _ and -, and not begin with clever_',
            );
        }
        // With __Host- no other host of the domain can plant a session; browsers accept such a name over https only.
        $this->secure = str_starts_with(strtolower($application), 'https:');
        $this->name = ($this->secure ? '__Host-' : '') . $name;
        if (session_status() === PHP_SESSION_ACTIVE && session_name() !== $this->name) {
            throw new \LogicException(
                'a session was opened before CleverSso\Web was made, with settings of its own: make CleverSso\Web before'
                    . ' session_start(), and turn session.auto_start off',
            );
        }
        if (headers_sent($file, $line)) {
            throw new \LogicException("CleverSso\Web must be made before the answer begins, as it did in {$file}:{$line}");
        }
        // For session_start() in the application too.
        if (session_status() === PHP_SESSION_NONE) {
            foreach ($this->options() as $option => $value) {
                if (ini_set("session.{$option}", $value) === false) {
                    throw new \LogicException("session.{$option} must be '{$value}', but the configuration of PHP fixes it");
                }
            }
        }
        $this->person = session_status() === PHP_SESSION_ACTIVE
            ? $this->read()
            : $this->opened($this->idOfTheBrowser(), $this->read(...));
    }

    /**
     * Who was signed in when this request began.
     *
     * @return array<string, mixed>|null
     */
    public function person(): ?array
    {
        return $this->person;
    }

    /**
     * Makes room for a new session of this person of Clever.
     *
     * A session in which the same person is signed in still answers for a minute, without the application's own data: else a
     * tab with a running request would find no one. It has one successor, however many callbacks bring its cookie: no log
     * out would know of a second one. Any other session ends at once, since devices are shared and an anonymous session may
     * be one that an attacker planted.
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
     * Begins a session with a new id: nothing of the one before is carried over. Call `replace` before. Where another callback
     * with the same cookie was faster, its session goes on.
     *
     * @param array<string, mixed> $person
     *
     * @return bool False if the person has logged out since this request came: then no one is signed in.
     */
    public function begin(Identity $identity, array $person): bool
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            // One that the application has opened in the meantime.
            self::told(isset($this->replaced[(string) session_id()]) ? session_write_close(...) : session_destroy(...));
        }
        $user = [$identity->issuer, $identity->id];
        if ($this->isLoggedOut($user)) {
            $this->deleteCookie();
            return false;
        }
        $id = $this->successor ?? (string) self::told(session_create_id(...));
        do {
            session_id($id);
            // The id is ours: strict mode would take another one.
            self::told(fn() => session_start(['use_strict_mode' => '0', 'use_cookies' => '1']));
            $kept = $this->kept();
            $faster = ($kept['user'] ?? null) === $user ? $kept : null;
            $id = $faster['successor'] ?? null;
            if ($id !== null) {
                // By now, that one is replaced, too.
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
        self::told(session_write_close(...));
        ini_set('session.use_strict_mode', '1');
        // A logout that comes from now on finds this session by the one before.
        if ($this->isLoggedOut($user)) {
            $this->opened($id, $this->destroy(...));
            $this->deleteCookie();
            return false;
        }
        return true;
    }

    /** Ends the session of this browser, if it has one, those that it replaced, and those that replaced it. */
    public function end(): void
    {
        $linked = $this->act($this->destroy(...)) ?? ($this->over === null ? null : self::linkedTo($this->over));
        if ($linked === null) {
            return;
        }
        while ($linked !== []) {
            $more = $this->opened(array_pop($linked), $this->destroy(...));
            $linked = [...$linked, ...$more ?? []];
        }
        $this->deleteCookie();
    }

    /** What to look at when browsers come back without a session. */
    public function describe(): string
    {
        return sprintf(
            'session cookie %s: domain (this host), path /, Secure %s; sessions are kept by %s in %s',
            $this->name,
            $this->secure ? 'yes' : 'no',
            ini_get('session.save_handler'),
            session_save_path() ?: sys_get_temp_dir(),
        );
    }

    /**
     * Who is signed in in the open session. One whose time has come ends.
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
     * Whether the session that this browser had when the request came has been logged out. Another sign-in of the same
     * person lets it be.
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
        setcookie($this->name, '', $cookie);
    }

    private static function mayAnswer(int $replacedAt): bool
    {
        return time() - $replacedAt < self::GRACE_SECONDS;
    }

    /**
     * Destroys the open session.
     *
     * @return list<string> Those that it replaced, and the one that replaced it.
     */
    private function destroy(): array
    {
        $linked = self::linkedTo($this->kept() ?? []);
        $_SESSION = [];
        self::told(session_destroy(...));
        return $linked;
    }

    /**
     * The ids of the sessions that one replaced, and of the one that replaced it.
     *
     * @param array<string, mixed> $kept What the one has kept.
     *
     * @return list<string>
     */
    private static function linkedTo(array $kept): array
    {
        $before = array_map(strval(...), array_keys($kept['replaced'] ?? []));
        return isset($kept['successor']) ? [...$before, $kept['successor']] : $before;
    }

    /** Acts in the session of this browser, which is closed then; null where there is none. */
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
     * Acts in a session that is there; null where there is none. No cookie is set: a tab that asks late must not replace the
     * session that another tab has just begun.
     */
    private function opened(?string $id, callable $act): mixed
    {
        if ($id === null) {
            return null;
        }
        session_id($id);
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
            ini_set('session.use_cookies', '1');
        }
        return $result;
    }

    /**
     * What a function of sessions gives. Its warnings go to the log, without the id of a session: an error handler that turns them
     * into exceptions would end a login whose code is spent.
     */
    private static function told(callable $act): mixed
    {
        set_error_handler(function (int $level, string $message): bool {
            error_log('the session: ' . preg_replace('/sess_[\w,-]+/', 'sess_…', $message));
            return true;
        });
        try {
            return $act();
        } finally {
            restore_error_handler();
        }
    }

    /**
     * From the header itself: in $_COOKIE the names of other cookies may have been made into this one. Another application
     * may have one of this name for a longer path, which comes first: one that is no id is not ours.
     */
    private function idOfTheBrowser(): ?string
    {
        foreach (explode(';', $_SERVER['HTTP_COOKIE'] ?? '') as $pair) {
            [$name, $value] = array_map(fn(string $part) => trim($part, " \t"), explode('=', $pair, 2)) + [1 => ''];
            if ($name === $this->name && preg_match('/^[A-Za-z0-9,-]{22,256}$/D', $value) === 1) {
                return $value;
            }
        }
        return null;
    }

    /**
     * As strict as cookies can be. Not SameSite=Strict: the browser must send them when it returns from Clever.
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
