<?php

/** Copies the data of native handles into PHP objects, which do not depend on the handles. */

declare(strict_types=1);

namespace CleverSso;

use FFI\CData;

/** @internal Applications use Client. */
final class Reader
{
    /**
     * The cookies of a login, an outcome, an error or a logout.
     *
     * @return list<SetCookie>
     */
    public static function cookies(string $noun, #[\SensitiveParameter] CData $handle): array
    {
        $library = Library::get();
        $all = [];
        while (($cookie = $library->{"clever_sso_{$noun}_set_cookie"}($handle, count($all))) !== null) {
            $read = fn(string $what) => $library->{"clever_sso_set_cookie_$what"}($cookie);
            $all[] = new SetCookie($read('name'), $read('value'), $read('max_age'), $read('secure'), $read('header'));
        }
        return $all;
    }

    public static function login(#[\SensitiveParameter] CData $login): Login
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_login_$what"}($login);
        $cookies = self::cookies('login', $login);
        return new Login($read('url'), $cookies, $read('key'), $read('pending'), $read('needs_page'));
    }

    public static function outcome(#[\SensitiveParameter] CData $outcome): Outcome
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_outcome_$what"}($outcome);
        $browser = [self::cookies('outcome', $outcome), $read('ends_session')];
        return match ($read('kind')) {
            1 => new SignedIn(
                self::identity($read('identity')),
                self::tokens($read('tokens')),
                $read('return_to'),
                $read('switch_user'),
                ...$browser,
            ),
            2 => new Restart(self::login($read('login')), $read('restart_reason'), ...$browser),
            3 => new Denied(
                $read('denied_error'),
                $read('denied_description'),
                ...[...$browser, $read('return_to'), $read('switch_user')],
            ),
            // A kind from a newer library. It signs no one in.
            default => throw Traces::safe(new \Error('This libclever_sso is newer than the package: update the package')),
        };
    }

    /** The library says what an argument is called in C, and PHP has camel case: redirectUri. */
    private static function withPhpNames(string $message): string
    {
        $camel = fn(array $found): string => $found[1] . lcfirst(str_replace('_', '', ucwords($found[2], '_')));
        $name = '/^(argument_invalid: an argument of the call cannot be used: )([a-z]+(?:_[a-z]+)+)/';
        return (string) preg_replace_callback($name, $camel, $message);
    }

    /** The exception that a failed call throws. */
    public static function exception(string $class, #[\SensitiveParameter] CData $error): Exception
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_error_$what"}($error);
        $retryAfter = $read('retry_after');
        $exception = new $class(
            self::withPhpNames((string) $read('message')),
            codeWord: (string) $read('code'),
            userMessage: (string) $read('user_message'),
            actor: (string) $read('actor'),
            retryable: $read('retryable'),
            pageStatus: $read('page_status'),
            httpStatus: $read('http_status') ?: null,
            retryAfter: $retryAfter < 0 ? null : $retryAfter,
            returnTo: $read('return_to'),
            switchUser: $read('switch_user'),
            setCookies: self::cookies('error', $error),
            endsSession: $read('ends_session'),
        );
        self::begunByTheApplication($exception);
        return $exception;
    }

    /** Removes this package's own calls from the start of a trace: it begins where the application called, as in the extension. */
    public static function begunByTheApplication(Exception $exception): void
    {
        $trace = $exception->getTrace();
        $isOutside = fn(array $frame): bool => dirname($frame['file'] ?? '') !== __DIR__;
        $outside = array_keys(array_filter($trace, $isOutside));
        if ($outside === []) {
            return;
        }
        $trace = array_slice($trace, $outside[0]);
        $values = ['trace' => $trace];
        if (isset($trace[0]['file'], $trace[0]['line'])) {
            $values += ['file' => $trace[0]['file'], 'line' => $trace[0]['line']];
        }
        foreach ($values as $name => $value) {
            (new \ReflectionProperty(\Exception::class, $name))->setValue($exception, $value);
        }
    }

    public static function tokens(#[\SensitiveParameter] CData $tokens): Tokens
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_tokens_$what"}($tokens);
        return new Tokens($read('access_token'), $read('id_token'));
    }

    /** @return array<string, mixed> */
    public static function claims(#[\SensitiveParameter] CData $claims): array
    {
        return self::json(Library::get()->clever_sso_claims_json($claims));
    }

    public static function tokenInfo(CData $tokenInfo): TokenInfo
    {
        $read = self::reader('token_info', $tokenInfo);
        return new TokenInfo($read('client_id'), self::texts($read, 'scope'));
    }

    public static function stats(CData $stats): Stats
    {
        $read = self::reader('stats', $stats);
        $samples = [];
        for ($i = 0, $count = $read('sample_count'); $i < $count; $i++) {
            $labels = [];
            foreach (explode(',', $read('sample_labels', $i)) as $pair) {
                [$name, $word] = explode('=', $pair, 2);
                $labels[$name] = $word;
            }
            $samples[] = ['name' => $read('sample_name', $i), 'labels' => $labels, 'value' => $read('sample_value', $i)];
        }
        return new Stats($read('prometheus'), $samples);
    }

    public static function report(CData $report): Report
    {
        $read = self::reader('report', $report);
        $findings = [];
        for ($i = 0, $count = $read('finding_count'); $i < $count; $i++) {
            $level = ['ok', 'warning'][$read('finding_level', $i)] ?? 'problem';
            $findings[] = new Finding($read('finding_check', $i), $level, $read('finding_found', $i), $read('finding_advice', $i));
        }
        return new Report([...$findings, self::versions()]);
    }

    /** Which PHP runs here, and how it reaches the library: for the doctor. */
    public static function versions(): Finding
    {
        $isOn = fn(string $setting): bool => filter_var(ini_get($setting), FILTER_VALIDATE_BOOL);
        $caches = $isOn('opcache.enable') && (!in_array(PHP_SAPI, ['cli', 'phpdbg'], true) || $isOn('opcache.enable_cli'));
        $library = LibraryFile::isLoaded() ? 'FFI with ' . LibraryFile::loaded() : 'no library';
        $found = 'PHP ' . PHP_VERSION . ' (' . PHP_SAPI . "), {$library}, opcache " . ($caches ? 'on' : 'off');
        $danger = Traces::danger();
        return $danger === null
            ? new Finding('versions', 'ok', $found, null)
            : new Finding('versions', 'warning', "{$found}; {$danger}", Traces::ADVICE);
    }

    /** For the doctor: a setting that a client does not accept. */
    public static function wrongSetting(Exception $error): Finding
    {
        $found = substr($error->getMessage(), strlen("{$error->getCodeWord()}: "));
        return new Finding('settings', 'problem', $found, 'correct this variable, or remove it');
    }

    public static function me(#[\SensitiveParameter] CData $me): Me
    {
        $read = self::reader('me_record', $me);
        $record = self::json($read('json'));
        return new Me($read('id'), $read('district_id'), $read('user_type'), $read('authorized_by'), $record);
    }

    public static function user(#[\SensitiveParameter] CData $user): User
    {
        $read = self::reader('user_record', $user);
        return new User(
            id: $read('id'),
            districtId: $read('district_id'),
            name: self::name($read),
            unverifiedEmail: $read('unverified_email'),
            roles: self::roles($read),
            json: self::json($read('json')),
        );
    }

    public static function district(CData $district): District
    {
        $read = self::reader('district_record', $district);
        return new District($read('id'), $read('name'), self::json($read('json')));
    }

    public static function userinfo(#[\SensitiveParameter] CData $userinfo): UserInfo
    {
        $read = self::reader('userinfo_record', $userinfo);
        return new UserInfo($read('id'), self::json($read('json')));
    }

    public static function callback(#[\SensitiveParameter] CData $callback): Callback
    {
        $read = self::reader('callback', $callback);
        return new Callback(
            code: $read('code'),
            accessToken: $read('access_token'),
            state: $read('state'),
            scopes: self::texts($read, 'scope'),
            error: $read('denied_error'),
            errorDescription: $read('denied_description'),
            issuer: $read('issuer'),
            loginasByAdmin: $read('loginas_by_admin'),
        );
    }

    private static function identity(#[\SensitiveParameter] CData $identity): Identity
    {
        $read = self::reader('identity', $identity);
        return new Identity(
            issuer: $read('issuer'),
            id: $read('id'),
            districtId: $read('district_id'),
            userType: $read('user_type'),
            roles: self::roles($read),
            name: self::name($read),
            unverifiedEmail: $read('unverified_email'),
            legacyIds: self::texts($read, 'legacy_id'),
            authorizedBy: $read('authorized_by'),
            provenBy: $read('proven_by'),
            loginasByAdmin: $read('loginas_by_admin'),
            claims: self::json($read('claims_json')),
        );
    }

    /** Calls the functions of a handle by the name of what they return: clever_sso_{noun}_{what}. */
    private static function reader(string $noun, #[\SensitiveParameter] CData $handle): \Closure
    {
        $library = Library::get();
        return fn(string $what, int ...$index) => $library->{"clever_sso_{$noun}_{$what}"}($handle, ...$index);
    }

    private static function name(\Closure $read): Name
    {
        return new Name($read('first_name'), $read('middle_name'), $read('last_name'), $read('full_name'));
    }

    /** @return list<Role> */
    private static function roles(\Closure $read): array
    {
        return self::each($read('role_count'), fn(int $i) => new Role($read('role_name', $i), $read('role_legacy_id', $i)));
    }

    /** @return list<string> */
    private static function texts(\Closure $read, string $what): array
    {
        return self::each($read("{$what}_count"), fn(int $i) => $read($what, $i));
    }

    /**
     * @template T
     *
     * @param \Closure(int): T $one
     *
     * @return list<T>
     */
    private static function each(int $count, \Closure $one): array
    {
        return $count === 0 ? [] : array_map($one, range(0, $count - 1));
    }

    /** @return array<string, mixed> */
    private static function json(#[\SensitiveParameter] string $text): array
    {
        return json_decode($text, true, flags: JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING);
    }
}
