<?php

/** Results without a real login, for tests of your own code. */

declare(strict_types=1);

namespace CleverSso\Testing;

use CleverSso\Callback;
use CleverSso\Denied;
use CleverSso\District;
use CleverSso\Exception;
use CleverSso\Finding;
use CleverSso\Identity;
use CleverSso\Login;
use CleverSso\Me;
use CleverSso\Name;
use CleverSso\Refusal;
use CleverSso\Report;
use CleverSso\Restart;
use CleverSso\Role;
use CleverSso\SetCookie;
use CleverSso\SignedIn;
use CleverSso\Stats;
use CleverSso\TokenInfo;
use CleverSso\Tokens;
use CleverSso\User;
use CleverSso\UserInfo;

require_once __DIR__ . '/ErrorCodes.php';

/** Makes every result of a client. Say by name what your test is about; the rest is a student named Ada Ashworth. */
final class Fake
{
    public const ISSUER = 'https://clever.com';
    public const ID = '58da8c63da9b2c1d2e2a5b01';
    public const DISTRICT_ID = '53ee4b8a44abc88c1c00119b';
    private const EMAIL = 'ada@school.example';
    private const LOGIN = 'fakefakefakefake';

    public static function name(?string $first = 'Ada', ?string $middle = null, ?string $last = 'Ashworth'): Name
    {
        $parts = array_filter([$first, $middle, $last], fn(?string $part) => ($part ?? '') !== '');
        return new Name($first, $middle, $last, implode(' ', $parts));
    }

    public static function role(string $name = 'student', ?string $legacyId = null): Role
    {
        return new Role($name, $legacyId);
    }

    /**
     * @param list<Role>|null $roles Default: the one of userType.
     * @param list<string> $legacyIds
     * @param array<string, mixed>|null $claims Default: what the other arguments say.
     */
    public static function identity(
        string $issuer = self::ISSUER,
        string $id = self::ID,
        ?string $districtId = self::DISTRICT_ID,
        ?string $userType = 'student',
        ?array $roles = null,
        ?Name $name = null,
        ?string $unverifiedEmail = self::EMAIL,
        array $legacyIds = [],
        ?string $authorizedBy = 'district',
        string $provenBy = 'id_token',
        bool $loginasByAdmin = false,
        ?array $claims = null,
    ): Identity {
        $name ??= self::name();
        $said = ['iss' => $issuer, 'sub' => $id, 'district' => $districtId, 'user_type' => $userType];
        $said += ['given_name' => $name->first, 'family_name' => $name->last, 'email' => $unverifiedEmail];
        return new Identity(
            $issuer,
            $id,
            $districtId,
            $userType,
            $roles ?? ($userType === null ? [] : [self::role($userType)]),
            $name,
            $unverifiedEmail,
            $legacyIds,
            $authorizedBy,
            $provenBy,
            $loginasByAdmin,
            $claims ?? array_filter($said, fn(?string $claim) => $claim !== null),
        );
    }

    public static function tokens(string $accessToken = 'fake-access-token', ?string $idToken = 'fake.id.token'): Tokens
    {
        return new Tokens($accessToken, $idToken);
    }

    /** @param int $maxAge In seconds; 0 deletes it. */
    public static function setCookie(
        string $name = 'clever_login_' . self::LOGIN,
        string $value = 'fake-pending',
        int $maxAge = 600,
        bool $secure = false,
    ): SetCookie {
        $header = "{$name}={$value}; HttpOnly; SameSite=Lax" . ($secure ? '; Secure' : '') . "; Path=/; Max-Age={$maxAge}";
        return new SetCookie($name, $value, $maxAge, $secure, $header);
    }

    /** @param list<SetCookie>|null $setCookies Default: the one of this login. */
    public static function login(
        string $url = self::ISSUER . '/oauth/authorize?state=fake',
        ?array $setCookies = null,
        string $key = self::LOGIN,
        string $pending = 'fake-pending',
        bool $needsPage = false,
    ): Login {
        $setCookies ??= [self::setCookie("clever_login_{$key}", $pending)];
        return new Login($url, $setCookies, $key, $pending, $needsPage);
    }

    /** @param list<SetCookie> $setCookies */
    public static function signedIn(
        ?Identity $identity = null,
        ?Tokens $tokens = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        array $setCookies = [],
        bool $endsSession = true,
    ): SignedIn {
        $who = $identity ?? self::identity();
        return new SignedIn($who, $tokens ?? self::tokens(), $returnTo, $switchUser, $setCookies, $endsSession);
    }

    /** @param list<SetCookie>|null $setCookies Default: those of the login. */
    public static function restart(
        ?Login $login = null,
        string $reason = 'state_missing',
        ?array $setCookies = null,
        bool $endsSession = false,
    ): Restart {
        $login ??= self::login();
        return new Restart($login, $reason, $setCookies ?? $login->setCookies, $endsSession);
    }

    /** @param list<SetCookie> $setCookies */
    public static function denied(
        string $error = 'access_denied',
        ?string $description = null,
        array $setCookies = [],
        bool $endsSession = true,
        ?string $returnTo = null,
        bool $switchUser = false,
    ): Denied {
        return new Denied($error, $description, $setCookies, $endsSession, $returnTo, $switchUser);
    }

    /**
     * What a call throws. The status of the page, the sentence for the person and the rest are those of the error code.
     *
     * @template T of Exception
     *
     * @param class-string<T> $class Such as CleverSso\NetworkException.
     * @param string $codeWord An error code of docs/errors.md.
     * @param mixed ...$more Other arguments of the constructor, by their names.
     *
     * @return T
     *
     * @throws \ValueError When a client never throws this code as this class.
     */
    public static function exception(string $class, string $codeWord, mixed ...$more): Exception
    {
        [$name, $actor, $isRetryable, $pageStatus, $sentence] = ErrorCodes::ALL[$codeWord]
            ?? throw new \ValueError("there is no error code {$codeWord}: docs/errors.md has all of them");
        if (strcasecmp(ltrim($class, '\\'), "CleverSso\\{$name}") !== 0) {
            throw new \ValueError("{$codeWord} is the code of a CleverSso\\{$name}, not of a {$class}");
        }
        return new $class(...$more + [
            'message' => "{$codeWord}: made for a test",
            'codeWord' => $codeWord,
            'userMessage' => $sentence,
            'actor' => $actor,
            'retryable' => $isRetryable,
            'pageStatus' => $pageStatus,
        ]);
    }

    public static function refusal(int $status = 503, ?string $allow = null): Refusal
    {
        return new Refusal($status, $allow);
    }

    /** @param list<string> $scopes */
    public static function tokenInfo(string $clientId = 'fake-client', array $scopes = ['read:user_id']): TokenInfo
    {
        return new TokenInfo($clientId, $scopes);
    }

    /** @param list<array{name: string, labels: array<string, string>, value: float}> $samples */
    public static function stats(string $prometheus = '', array $samples = []): Stats
    {
        return new Stats($prometheus, $samples);
    }

    public static function finding(
        string $check = 'settings',
        string $level = 'ok',
        string $found = 'every setting is valid',
        ?string $advice = null,
    ): Finding {
        return new Finding($check, $level, $found, $advice);
    }

    public static function report(Finding ...$findings): Report
    {
        return new Report($findings ?: [self::finding()]);
    }

    /** @param array<string, mixed>|null $json Default: what the other arguments say. */
    public static function me(
        string $id = self::ID,
        ?string $districtId = self::DISTRICT_ID,
        ?string $userType = 'user',
        ?string $authorizedBy = 'district',
        ?array $json = null,
    ): Me {
        $said = ['id' => $id, 'district' => $districtId, 'type' => $userType, 'authorized_by' => $authorizedBy];
        return new Me($id, $districtId, $userType, $authorizedBy, $json ?? $said);
    }

    /**
     * @param list<Role>|null $roles Default: a student.
     * @param array<string, mixed>|null $json Default: what the other arguments say.
     */
    public static function user(
        string $id = self::ID,
        ?string $districtId = self::DISTRICT_ID,
        ?Name $name = null,
        ?string $unverifiedEmail = self::EMAIL,
        ?array $roles = null,
        ?array $json = null,
    ): User {
        $name ??= self::name();
        $said = ['id' => $id, 'district' => $districtId, 'email' => $unverifiedEmail];
        $said += ['name' => ['first' => $name->first, 'middle' => $name->middle, 'last' => $name->last]];
        return new User($id, $districtId, $name, $unverifiedEmail, $roles ?? [self::role()], $json ?? $said);
    }

    /** @param array<string, mixed>|null $json Default: what the other arguments say. */
    public static function district(
        string $id = self::DISTRICT_ID,
        ?string $name = 'Fake School District',
        ?array $json = null,
    ): District {
        return new District($id, $name, $json ?? ['id' => $id, 'name' => $name]);
    }

    /** @param array<string, mixed>|null $json Default: the id. */
    public static function userInfo(string $id = self::ID, ?array $json = null): UserInfo
    {
        return new UserInfo($id, $json ?? ['sub' => $id]);
    }

    /** @param list<string> $scopes */
    public static function callback(
        ?string $code = 'fake-code',
        ?string $accessToken = null,
        ?string $state = 'fake-state',
        array $scopes = [],
        ?string $error = null,
        ?string $errorDescription = null,
        ?string $issuer = null,
        bool $loginasByAdmin = false,
    ): Callback {
        return new Callback($code, $accessToken, $state, $scopes, $error, $errorDescription, $issuer, $loginasByAdmin);
    }
}
