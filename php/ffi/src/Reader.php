<?php

/** What native handles say, as PHP objects. Everything is copied: an object does not depend on its handle. */

declare(strict_types=1);

namespace CleverSso;

use FFI\CData;

/** Nothing of this is for applications: they use Client. */
final class Reader
{
    /**
     * The cookies of a login, an outcome, an error or a log out.
     *
     * @return list<SetCookie>
     */
    public static function cookies(string $noun, #[\SensitiveParameter] CData $handle): array
    {
        $library = Library::get();
        $all = [];
        while (($cookie = $library->{"clever_sso_{$noun}_set_cookie"}($handle, count($all))) !== null) {
            $read = fn(string $what) => $library->{"clever_sso_set_cookie_$what"}($cookie);
            $all[] = self::made(
                SetCookie::class,
                $read('name'),
                $read('value'),
                $read('max_age'),
                $read('secure'),
                $read('header'),
            );
        }
        return $all;
    }

    public static function refusal(int $status, ?string $allow): Refusal
    {
        return self::made(Refusal::class, $status, $allow);
    }

    public static function login(#[\SensitiveParameter] CData $login): Login
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_login_$what"}($login);
        $parts = [$read('url'), self::cookies('login', $login), $read('key'), $read('pending'), $read('needs_page')];
        return self::made(Login::class, ...$parts);
    }

    public static function outcome(#[\SensitiveParameter] CData $outcome): Outcome
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_outcome_$what"}($outcome);
        $browser = [self::cookies('outcome', $outcome), $read('ends_session')];
        return match ($read('kind')) {
            1 => self::made(
                SignedIn::class,
                self::identity($read('identity')),
                self::tokens($read('tokens')),
                $read('return_to'),
                $read('switch_user'),
                ...$browser,
            ),
            2 => self::made(Restart::class, self::login($read('login')), $read('restart_reason'), ...$browser),
            3 => self::made(
                Denied::class,
                $read('denied_error'),
                $read('denied_description'),
                ...[...$browser, $read('return_to'), $read('switch_user')],
            ),
            // A kind that a later library has. Nobody is signed in by it.
            default => throw new \Error('This libclever_sso is newer than the package: update the package'),
        };
    }

    /** The exception that a failed call throws. */
    public static function exception(string $class, #[\SensitiveParameter] CData $error): Exception
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_error_$what"}($error);
        $retryAfter = $read('retry_after');
        $values = [
            'message' => (string) $read('message'),
            'codeWord' => (string) $read('code'),
            'userMessage' => (string) $read('user_message'),
            'actor' => (string) $read('actor'),
            'retryable' => $read('retryable'),
            'pageStatus' => $read('page_status'),
            'httpStatus' => $read('http_status') ?: null,
            'retryAfter' => $retryAfter < 0 ? null : $retryAfter,
            'returnTo' => $read('return_to'),
            'switchUser' => $read('switch_user'),
            'setCookies' => self::cookies('error', $error),
            'endsSession' => $read('ends_session'),
        ];
        // Its constructor is that of every exception, as in the extension.
        $exception = (new \ReflectionClass($class))->newInstanceWithoutConstructor();
        foreach ($values as $name => $value) {
            (new \ReflectionProperty(Exception::class, $name))->setValue($exception, $value);
        }
        return $exception;
    }

    private static function identity(#[\SensitiveParameter] CData $identity): Identity
    {
        $library = Library::get();
        $read = fn(string $what, int ...$index) => $library->{"clever_sso_identity_$what"}($identity, ...$index);
        $each = fn(string $what, callable $one) => array_map($one, array_slice(range(0, $read("{$what}_count")), 0, -1));
        $role = fn(int $i) => self::made(Role::class, $read('role_name', $i), $read('role_legacy_id', $i));
        $names = [$read('first_name'), $read('middle_name'), $read('last_name'), $read('full_name')];
        return self::made(
            Identity::class,
            issuer: $read('issuer'),
            id: $read('id'),
            districtId: $read('district_id'),
            userType: $read('user_type'),
            roles: $each('role', $role),
            name: self::made(Name::class, ...$names),
            unverifiedEmail: $read('unverified_email'),
            legacyIds: $each('legacy_id', fn(int $i) => $read('legacy_id', $i)),
            authorizedBy: $read('authorized_by'),
            provenBy: $read('proven_by'),
            loginasByAdmin: $read('loginas_by_admin'),
            claims: json_decode($read('claims_json'), true, flags: JSON_THROW_ON_ERROR | JSON_BIGINT_AS_STRING),
        );
    }

    private static function tokens(#[\SensitiveParameter] CData $tokens): Tokens
    {
        $read = fn(string $what) => Library::get()->{"clever_sso_tokens_$what"}($tokens);
        return self::made(Tokens::class, $read('access_token'), $read('id_token'));
    }

    /**
     * A result. Applications make none: the constructors are private, as in the extension.
     *
     * @template T of object
     *
     * @param class-string<T> $class
     *
     * @return T
     */
    private static function made(string $class, #[\SensitiveParameter] mixed ...$values): object
    {
        $result = (new \ReflectionClass($class))->newInstanceWithoutConstructor();
        (new \ReflectionMethod($class, '__construct'))->invokeArgs($result, $values);
        return $result;
    }
}
