<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;

/** Errors in a configuration name the setting as the caller wrote it. */
final class ConfigurationTest extends EmulatorCase
{
    /** Every variable of a client, so that this machine's variables are not used. @var list<string> */
    private array $variables = [];

    /** @after */
    protected function forgetTheVariables(): void
    {
        array_map(putenv(...), $this->variables);
    }

    private function set(string ...$variables): void
    {
        foreach ($variables as $name => $value) {
            putenv("CLEVER_{$name}={$value}");
            $this->variables[] = "CLEVER_{$name}";
        }
    }

    /** @dataProvider mistakes */
    public function testAWrongArgumentIsNamedInTheError(string $class, string $message, array $arguments): void
    {
        try {
            new Client(...$arguments);
            self::fail('nothing was thrown');
        } catch (\Error | \CleverSso\Exception $error) {
            self::assertSame($class, self::short($error));
            self::assertStringContainsString($message, $error->getMessage());
        }
    }

    public static function mistakes(): iterable
    {
        $http = 'must start with https:// (plain http is allowed for localhost, or with development: true), found';
        yield ['ConfigException', 'config_invalid', ['']];
        yield ['ArgumentException', 'clientId has a NUL byte', ["a\0b"]];
        yield ['ArgumentException', 'clientId is not UTF-8', ["\xff"]];
        foreach (['redirectUri', 'returnToOrigins'] as $one) {
            $sentence = "{$one} must be one URL, without a comma or semicolon after it";
            yield ['ConfigException', $sentence, ['clientId' => 'a', $one => ['https://a.example,https://b.example']]];
        }
        yield ['ConfigException', "redirectUri {$http} \"http://www.example.org/\"", ['a', null, 'http://www.example.org/']];
        yield ['ConfigException', "baseUrl {$http} \"http://clever:5999\"", ['clientId' => 'a', 'baseUrl' => 'http://clever:5999']];
        yield ['ConfigException', 'caBundle: "/no/such/ca.pem" cannot be read', ['clientId' => 'a', 'caBundle' => '/no/such/ca.pem']];
        yield ['ConfigException', 'proxy', ['clientId' => 'a', 'proxy' => 'gopher://x']];
        yield ['ConfigException', 'jwksUri', ['clientId' => 'a', 'jwksUri' => 'x']];
        yield ['ConfigException', 'tokenEndpoint', ['clientId' => 'a', 'tokenEndpoint' => 'http://x.example']];
        yield ['NetworkException', 'network_connect', ['clientId' => 'a', 'baseUrl' => 'http://127.0.0.1:9', 'discover' => true]];
        $times = ['-1' => -1, 'NaN' => NAN, '1e300' => 1e300, '0' => 0, '-0.5' => -0.5, '1e-10' => 1e-10, 'inf' => INF];
        foreach ($times + ['86400.5' => 86400.5, '-inf' => -INF, '-9.223372036854776e18' => PHP_INT_MIN] as $found => $time) {
            $message = "timeout must be more than 0 s and at most 86400 s, found {$found}";
            yield ['ConfigException', $message, ['clientId' => 'a', 'timeout' => (float) $time]];
        }
        foreach ([601, -1, PHP_INT_MAX, PHP_INT_MIN] as $leeway) {
            $message = "leeway must be from 0 to 600 s, found {$leeway}";
            yield ['ConfigException', $message, ['clientId' => 'a', 'leeway' => $leeway]];
        }
        $argument = 'CleverSso\Client::__construct(): Argument #';
        yield ['TypeError', "{$argument}3 (\$redirectUri) must hold only strings, int found", ['a', null, [self::CALLBACK, 7]]];
        yield ['TypeError', "{$argument}10 (\$oldPendingKeys) must hold only strings, null found", ['clientId' => 'a', 'oldPendingKeys' => [null]]];
        yield ['TypeError', "{$argument}11 (\$returnToOrigins) must hold only strings, float found", ['clientId' => 'a', 'returnToOrigins' => [1.5]]];
        yield ['ValueError', "{$argument}21 (\$keyCache) must not contain any null bytes", ['clientId' => 'a', 'keyCache' => "/tmp/a\0b"]];
        foreach (['keys', '', 'php://memory'] as $path) {
            yield ['ValueError', "{$argument}21 (\$keyCache) must be an absolute path", ['clientId' => 'a', 'keyCache' => $path]];
        }
        $told = "{$argument}22 (\$logger) must have a method warning, or be a closure";
        yield ['TypeError', $told, ['clientId' => 'a', 'logger' => new \stdClass()]];
        yield ['Error', 'Unknown named parameter $wrong', ['clientId' => 'a', 'wrong' => 1]];
    }

    public function testAnArgumentOfACallIsNamedInTheError(): void
    {
        $client = self::client();
        $calls = [
            'redirectUri has a NUL byte' => fn() => $client->beginLogin(redirectUri: "a\0b"),
            'districtId must have at most 255 bytes, found 256' => fn() => $client->beginLogin(districtId: str_repeat('a', 256)),
            'idToken is not UTF-8' => fn() => $client->verifyIdToken("\xff"),
            'code has a NUL byte' => fn() => $client->exchangeCode("\0"),
            'this cannot be an access token' => fn() => $client->me(''),
        ];
        foreach ($calls as $detail => $call) {
            $said = self::caught($call)->getMessage();
            self::assertSame("argument_invalid: an argument of the call cannot be used: {$detail}", $said);
        }
    }

    public function testValidArgumentsAreAccepted(): void
    {
        $right = [
            ['baseUrl' => 'http://clever:5999', 'development' => true],
            ['timeout' => 0.0004],
            ['leeway' => 0],
            ['clientSecret' => 's', 'redirectUri' => [self::CALLBACK, 'http://127.0.0.1:9/other']],
            ['proxy' => 'http://user:password@127.0.0.1:9', 'caBundle' => '/etc/ssl/certs/ca-certificates.crt'],
        ];
        foreach ($right as $arguments) {
            self::assertSame('a', (new Client('a', ...$arguments))->clientId);
        }
    }

    public function testAClientHasItsIdIssuerAndRedirectUris(): void
    {
        $client = new Client('a', 's', [self::CALLBACK, 'http://127.0.0.1:9/other']);
        self::assertSame(['a', 'https://clever.com', [self::CALLBACK, 'http://127.0.0.1:9/other']], [
            $client->clientId, $client->issuer, $client->redirectUris,
        ]);
        self::assertSame([self::url(), [self::CALLBACK]], [self::client()->issuer, self::client()->redirectUris]);
        self::assertSame([], (new Client('a'))->redirectUris);
        self::assertStringContainsString('constructed already', self::thrown(fn() => $client->__construct('b')));
    }

    public function testAClientKeepsNoReferenceToItsArguments(): void
    {
        $uris = [self::CALLBACK];
        foreach ($uris as &$uri) {
            // The last item stays a reference.
        }
        $client = self::client(redirectUri: $uris);
        $uri = 'http://127.0.0.1:9/changed';
        self::assertSame([self::CALLBACK], $client->redirectUris);
    }

    public function testEveryArgumentHasAVariable(): void
    {
        $bundle = '/etc/ssl/certs/ca-certificates.crt';
        $keys = ['one-key-of-16-bytes', 'two-keys-of-16-bytes'];
        $values = [
            'clientId' => 'a', 'clientSecret' => 's', 'redirectUri' => [self::CALLBACK, 'http://127.0.0.1:9/other'],
            'issuer' => 'https://issuer.example', 'apiBase' => 'https://api.example', 'baseUrl' => 'https://base.example',
            'timeout' => 2.5, 'leeway' => 7, 'pendingKey' => 'a-key-of-16-bytes!', 'oldPendingKeys' => $keys,
            'returnToOrigins' => ['https://www.example'], 'development' => true, 'authorizationEndpoint' => 'https://a.example',
            'tokenEndpoint' => 'https://t.example', 'tokeninfoEndpoint' => 'https://i.example',
            'userinfoEndpoint' => 'https://u.example', 'jwksUri' => 'https://j.example', 'discover' => false,
            'caBundle' => $bundle, 'proxy' => 'http://p.example:8080', 'keyCache' => sys_get_temp_dir() . '/no-clever-keys',
        ];
        $parameters = (new \ReflectionMethod(Client::class, '__construct'))->getParameters();
        $names = array_map(fn(\ReflectionParameter $parameter) => $parameter->getName(), $parameters);
        self::assertSame($names, [...array_keys($values), 'logger']);
        // If issuer and apiBase are set, baseUrl would have no effect and is refused.
        foreach (['baseUrl', 'apiBase'] as $without) {
            $this->checkVariables(array_diff_key($values, [$without => null]));
        }
    }

    /** @param array<string, mixed> $values */
    private function checkVariables(array $values): void
    {
        foreach ($values as $name => $value) {
            $variable = strtoupper((string) preg_replace('/[A-Z]/', '_$0', $name));
            $text = is_bool($value) ? var_export($value, true) : implode("  \n", (array) $value);
            $this->set(...[$variable => $text]);
        }
        self::assertTrue(Client::fromEnv() == new Client(...$values));
        $this->set(DISCOVER: 'No', LEEWAY: '8');
        self::assertFalse(Client::fromEnv() == new Client(...$values));
        $this->forgetTheVariables();
    }

    public function testVariablesThatAProgramReadFromAFileAreUsed(): void
    {
        $uri = self::CALLBACK;
        $given = ['CLEVER_CLIENT_ID' => 'file', 'CLEVER_REDIRECT_URI' => &$uri, 'CLEVER_TIMEOUT' => '2.5', 'CLEVER_LEEWAY' => ['7']];
        $before = $_ENV;
        try {
            $_ENV = $given + $_ENV;
            self::assertTrue(Client::fromEnv() == new Client('file', redirectUri: self::CALLBACK, timeout: 2.5));
            // The environment comes first, and an empty value counts as unset.
            $this->set(CLIENT_ID: 'environment', TIMEOUT: '');
            self::assertTrue(Client::fromEnv() == new Client('environment', redirectUri: self::CALLBACK, timeout: 2.5));
            $_ENV['CLEVER_TIMEOUT'] = 'soon';
            self::assertSame(
                'config_invalid: the configuration cannot be used: CLEVER_TIMEOUT cannot be read as a number',
                self::caught(fn() => Client::fromEnv())->getMessage(),
            );
        } finally {
            $_ENV = $before;
        }
    }

    /** @dataProvider variables */
    public function testAWrongVariableIsNamedInTheError(string $message, array $variables): void
    {
        $this->set(...$variables);
        $error = self::caught(fn() => Client::fromEnv());
        self::assertSame("config_invalid: the configuration cannot be used: {$message}", $error->getMessage());
        self::assertSame(['ConfigException', 'config_invalid', 'app', 500, false], [
            self::short($error), $error->getCodeWord(), $error->getActor(), $error->getPageStatus(), $error->isRetryable(),
        ]);
        self::assertSame(self::caught(fn() => new Client(''))->getUserMessage(), $error->getUserMessage());
        self::assertSame([__FILE__, true], [$error->getFile(), $error->getLine() > 0]);
    }

    public static function variables(): iterable
    {
        yield ['CLEVER_CLIENT_ID is not set', []];
        yield ['CLEVER_CLIENT_ID is not set', ['CLIENT_ID' => '']];
        yield ['CLEVER_TIMEOUT cannot be read as a number', ['CLIENT_ID' => 'a', 'TIMEOUT' => '10s']];
        yield ['CLEVER_LEEWAY cannot be read as a whole number', ['CLIENT_ID' => 'a', 'LEEWAY' => '1.5']];
        yield ['CLEVER_DISCOVER cannot be read as true or false', ['CLIENT_ID' => 'a', 'DISCOVER' => 'maybe']];
        foreach (['https://a.example/c,https://b.example/c', 'https://a.example/c;http://b.example/c', 'https://a.example/c, https://b.example/c'] as $urls) {
            $sentence = 'must have spaces between several URLs, not commas or semicolons, found "' . strtok($urls, ' ') . '"';
            yield ["CLEVER_REDIRECT_URI {$sentence}", ['CLIENT_ID' => 'a', 'REDIRECT_URI' => $urls]];
            yield ["CLEVER_RETURN_TO_ORIGINS {$sentence}", ['CLIENT_ID' => 'a', 'RETURN_TO_ORIGINS' => $urls]];
        }
        yield ['CLEVER_KEY_CACHE must be an absolute path', ['CLIENT_ID' => 'a', 'KEY_CACHE' => 'keys']];
        $found = 'CLEVER_TIMEOUT must be more than 0 s and at most 86400 s, found -1';
        yield [$found, ['CLIENT_ID' => 'a', 'TIMEOUT' => '-1']];
    }
}
