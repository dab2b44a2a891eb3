<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * The methods of a client. Declare this type in your own code, so that a test can pass a Testing\FakeClient.
 */
interface ClientInterface
{
    /** See Client::beginLogin. */
    public function beginLogin(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login;

    /** See Client::finishLogin. */
    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome;

    /** See Client::finishLoginWithPending. */
    public function finishLoginWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome;

    /** See Client::beginImplicit. */
    public function beginImplicit(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login;

    /** See Client::finishImplicit. */
    public function finishImplicit(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome;

    /** See Client::finishImplicitWithPending. */
    public function finishImplicitWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome;

    /** See Client::loginKey. */
    public function loginKey(#[\SensitiveParameter] string $callback): ?string;

    /** See Client::refusal. */
    public function refusal(string $endpoint, string $method, array $headers): ?Refusal;

    /** See Client::logOutCookies. */
    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array;

    /** See Client::sessionKeptCookies. */
    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array;

    /** See Client::authorizeUrl. */
    public function authorizeUrl(
        string $responseType = 'code',
        ?string $redirectUri = null,
        #[\SensitiveParameter] ?string $state = null,
        #[\SensitiveParameter] ?string $nonce = null,
        ?string $districtId = null,
        bool $switchUser = false,
        bool $withoutState = false,
    ): string;

    /** See Client::instantLoginUrl. */
    public function instantLoginUrl(string $districtId): string;

    /** See Client::portalUrl. */
    public function portalUrl(?string $district = null): string;

    /** See Client::exchangeCode. */
    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens;

    /** See Client::verifyIdToken. */
    public function verifyIdToken(
        #[\SensitiveParameter] string $idToken,
        #[\SensitiveParameter] ?string $nonce = null,
        #[\SensitiveParameter] ?string $accessToken = null,
    ): array;

    /** See Client::checkToken. */
    public function checkToken(#[\SensitiveParameter] string $accessToken): TokenInfo;

    /** See Client::me. */
    public function me(#[\SensitiveParameter] string $accessToken): Me;

    /** See Client::user. */
    public function user(#[\SensitiveParameter] string $accessToken, string $id): User;

    /** See Client::district. */
    public function district(#[\SensitiveParameter] string $accessToken, string $id): District;

    /** See Client::userinfo. */
    public function userinfo(#[\SensitiveParameter] string $accessToken, ?string $subject = null): UserInfo;

    /** See Client::warmUp. */
    public function warmUp(): void;

    /** See Client::exportKeys. */
    public function exportKeys(): string;

    /** See Client::importKeys. */
    public function importKeys(string $keys): void;

    /** See Client::stats. */
    public function stats(): Stats;

    /** See Client::doctor. */
    public function doctor(): Report;
}
