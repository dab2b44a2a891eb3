<?php

/** A client without a network, for tests of your own code. */

declare(strict_types=1);

namespace CleverSso\Testing;

use CleverSso\ClientInterface;
use CleverSso\District;
use CleverSso\Exception;
use CleverSso\Login;
use CleverSso\Me;
use CleverSso\Outcome;
use CleverSso\Refusal;
use CleverSso\Report;
use CleverSso\Stats;
use CleverSso\TokenInfo;
use CleverSso\Tokens;
use CleverSso\User;
use CleverSso\UserInfo;

require_once __DIR__ . '/Fake.php';

/**
 * Answers each call with what the test said, and remembers what it was asked.
 *
 *     $client = new FakeClient(Fake::signedIn(), Fake::exception(NetworkException::class, 'network_timeout'));
 *     $client->will('user', Fake::user(roles: [Fake::role('teacher')]));
 */
final class FakeClient implements ClientInterface
{
    /** @var list<array{string, array<string, mixed>}> Every call: the method, and its arguments by their names. */
    public array $calls = [];
    /** @var array<string, list<mixed>> What methods will answer, by their names. */
    private array $answers = [];

    /** @param Outcome|Exception ...$outcomes What the methods that finish a login give or throw, one after the other. */
    public function __construct(Outcome|Exception ...$outcomes)
    {
        $this->answers['finishLogin'] = array_values($outcomes);
    }

    /**
     * What a method returns, or throws if it is an exception, call by call. After that, it answers as before.
     *
     * @throws \ValueError When a client has no such method.
     */
    public function will(string $method, mixed ...$answers): self
    {
        self::check($method);
        $queue = self::queue($method);
        $this->answers[$queue] = [...$this->answers[$queue] ?? [], ...array_values($answers)];
        return $this;
    }

    /**
     * The arguments of the last call to a method; null if it was not called.
     *
     * @return array<string, mixed>|null
     *
     * @throws \ValueError When a client has no such method.
     */
    public function lastCall(string $method): ?array
    {
        self::check($method);
        $calls = array_filter($this->calls, fn(array $call) => $call[0] === $method);
        return $calls === [] ? null : end($calls)[1];
    }

    private static function check(string $method): void
    {
        if (!method_exists(ClientInterface::class, $method)) {
            throw new \ValueError("a client has no method {$method}");
        }
    }

    public function beginLogin(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::login());
    }

    public function finishLogin(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->answer(__FUNCTION__, get_defined_vars(), self::noOutcome(...));
    }

    public function finishLoginWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome {
        return $this->answer(__FUNCTION__, get_defined_vars(), self::noOutcome(...));
    }

    public function beginImplicit(
        #[\SensitiveParameter] ?string $cookies = null,
        ?string $redirectUri = null,
        ?string $districtId = null,
        ?string $returnTo = null,
        bool $switchUser = false,
        ?bool $hasSession = null,
        ?string $home = null,
    ): Login {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::login());
    }

    public function finishImplicit(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $cookies = null,
    ): Outcome {
        return $this->answer(__FUNCTION__, get_defined_vars(), self::noOutcome(...));
    }

    public function finishImplicitWithPending(
        #[\SensitiveParameter] string $callback,
        #[\SensitiveParameter] ?string $pending,
    ): Outcome {
        return $this->answer(__FUNCTION__, get_defined_vars(), self::noOutcome(...));
    }

    public function loginKey(#[\SensitiveParameter] string $callback): ?string
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => null);
    }

    public function refusal(string $endpoint, string $method, array $headers): ?Refusal
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => null);
    }

    public function logOutCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => []);
    }

    public function sessionKeptCookies(#[\SensitiveParameter] ?string $cookies = null): array
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => []);
    }

    public function authorizeUrl(
        string $responseType = 'code',
        ?string $redirectUri = null,
        #[\SensitiveParameter] ?string $state = null,
        #[\SensitiveParameter] ?string $nonce = null,
        ?string $districtId = null,
        bool $switchUser = false,
        bool $withoutState = false,
    ): string {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::login()->url);
    }

    public function instantLoginUrl(string $districtId): string
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::ISSUER . '/oauth/instant-login?fake=1');
    }

    public function portalUrl(?string $district = null): string
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::ISSUER . '/login');
    }

    public function exchangeCode(#[\SensitiveParameter] string $code, ?string $redirectUri = null): Tokens
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::tokens());
    }

    public function verifyIdToken(
        #[\SensitiveParameter] string $idToken,
        #[\SensitiveParameter] ?string $nonce = null,
        #[\SensitiveParameter] ?string $accessToken = null,
    ): array {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::identity()->claims);
    }

    public function checkToken(#[\SensitiveParameter] string $accessToken): TokenInfo
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::tokenInfo());
    }

    public function me(#[\SensitiveParameter] string $accessToken): Me
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::me());
    }

    public function user(#[\SensitiveParameter] string $accessToken, string $id): User
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::user());
    }

    public function district(#[\SensitiveParameter] string $accessToken, string $id): District
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::district());
    }

    public function userinfo(#[\SensitiveParameter] string $accessToken, ?string $subject = null): UserInfo
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::userInfo());
    }

    public function warmUp(): void
    {
        $this->answer(__FUNCTION__, get_defined_vars(), fn() => null);
    }

    public function exportKeys(): string
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => '{"keys":[]}');
    }

    public function importKeys(string $keys): void
    {
        $this->answer(__FUNCTION__, get_defined_vars(), fn() => null);
    }

    public function stats(): Stats
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::stats());
    }

    public function doctor(): Report
    {
        return $this->answer(__FUNCTION__, get_defined_vars(), fn() => Fake::report());
    }

    private static function noOutcome(): never
    {
        throw new \LogicException('FakeClient has no outcome left: hand one to its constructor, such as Fake::signedIn()');
    }

    /** All ways to finish a login have the same outcomes. */
    private static function queue(string $method): string
    {
        return str_starts_with($method, 'finish') ? 'finishLogin' : $method;
    }

    /** @param array<string, mixed> $arguments */
    private function answer(string $method, array $arguments, callable $otherwise): mixed
    {
        $this->calls[] = [$method, $arguments];
        $queue = self::queue($method);
        if (($this->answers[$queue] ?? []) === []) {
            return $otherwise();
        }
        $answer = array_shift($this->answers[$queue]);
        return $answer instanceof \Throwable ? throw $answer : $answer;
    }
}
