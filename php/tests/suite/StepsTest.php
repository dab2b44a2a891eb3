<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Callback;
use CleverSso\Client;
use CleverSso\KeySet;
use CleverSso\Tokens;

/** The single steps, for applications that drive the flow themselves. */
final class StepsTest extends EmulatorCase
{
    private static function tokens(Client $client, string $nonce = 'a-nonce'): Tokens
    {
        $callback = Callback::parse(self::browse($client->authorizeUrl(state: 'a-state', nonce: $nonce)));
        self::assertSame('a-state', $callback->state);
        return $client->exchangeCode($callback->code);
    }

    public function testACodeCanBeExchangedOnlyOnce(): void
    {
        $client = self::client();
        $callback = Callback::parse(self::browse($client->authorizeUrl()));
        self::assertNotSame('', $client->exchangeCode($callback->code)->accessToken);
        self::assertSame('CleverException code_rejected', self::thrown(fn() => $client->exchangeCode($callback->code)));
    }

    public function testAnIdTokenIsVerified(): void
    {
        $client = self::client();
        $tokens = self::tokens($client);
        $claims = $client->verifyIdToken($tokens->idToken, nonce: 'a-nonce', accessToken: $tokens->accessToken);
        self::assertSame([self::ID, 3600], [$claims['aud'], $claims['exp'] - $claims['iat']]);
        self::assertSame('TokenException id_token_nonce', self::thrown(fn() => $client->verifyIdToken($tokens->idToken)));
        $broken = fn() => $client->verifyIdToken($tokens->idToken . 'A', 'a-nonce');
        self::assertStringStartsWith('TokenException id_token_', self::thrown($broken));
    }

    public function testAKeySetVerifiesWithoutAClient(): void
    {
        $tokens = self::tokens(self::client());
        $jwks = (string) file_get_contents(self::url('/oauth/certs'));
        $keys = new KeySet($jwks);
        $claims = $keys->verifyIdToken($tokens->idToken, self::url(), self::ID, 'a-nonce', $tokens->accessToken);
        self::assertSame('Ada', $claims['given_name']);
        $late = fn(int $now, int $leeway) => $keys->verifyIdToken(
            $tokens->idToken,
            self::url(),
            self::ID,
            'a-nonce',
            now: $now,
            leeway: $leeway,
        );
        self::assertSame('TokenException id_token_expired', self::thrown(fn() => $late($claims['exp'] + 100, 60)));
        self::assertSame('nothing', self::thrown(fn() => $late($claims['exp'] + 100, 600)));
        self::assertSame('ArgumentException argument_invalid', self::thrown(fn() => $late($claims['exp'], 601)));
        $method = 'ValueError CleverSso\KeySet::verifyIdToken(): Argument';
        self::assertSame("{$method} #7 (\$leeway) must be between 0 and 600", self::thrown(fn() => $late(1, -1)));
        self::assertSame("{$method} #6 (\$now) must be greater than or equal to 0", self::thrown(fn() => $late(-1, 0)));
        $foreign = fn() => $keys->verifyIdToken($tokens->idToken, self::url(), 'another', 'a-nonce');
        self::assertSame('TokenException id_token_audience', self::thrown($foreign));
        self::assertSame('CleverException response_malformed', self::thrown(fn() => new KeySet('no keys')));
        self::assertSame('CleverException keys_unusable', self::thrown(fn() => new KeySet('{"keys":[]}')));
        self::assertTrue($keys == new KeySet($jwks));
        self::assertStringContainsString('__clone', self::thrown(fn() => clone $keys));
        self::assertStringContainsString('constructed already', self::thrown(fn() => $keys->__construct($jwks)));
    }

    public function testAnAccessTokenReadsThePersonAndTheDistrict(): void
    {
        $client = self::client();
        $token = self::tokens($client)->accessToken;
        $info = $client->checkToken($token);
        self::assertSame(self::ID, $info->clientId);
        self::assertNotSame([], $info->scopes);
        $me = $client->me($token);
        self::assertSame([self::DISTRICT, 'user', 'district', $me->id], [
            $me->districtId, $me->userType, $me->authorizedBy, $me->json['id'],
        ]);
        $user = $client->user($token, $me->id);
        self::assertSame(['Ada Ashworth', 'student', $user->id], [
            $user->name->full, $user->roles[0]->name, $user->roles[0]->legacyId,
        ]);
        self::assertIsArray($user->json['name']);
        $district = $client->district($token, self::DISTRICT);
        self::assertSame(['Emulated School District', $district->id], [$district->name, $district->json['id']]);
        $userinfo = $client->userinfo($token, $me->id);
        self::assertSame([$me->id, 'Ada'], [$userinfo->id, $userinfo->json['given_name']]);
        self::assertSame('TokenException userinfo_subject', self::thrown(fn() => $client->userinfo($token, 'somebody-else')));
        self::assertSame('TokenException token_rejected', self::thrown(fn() => $client->me('no-token')));
        self::assertSame('ArgumentException argument_invalid', self::thrown(fn() => $client->user($token, '../me')));
        $unknown = fn() => $client->district($token, '53ee4b8a44abc88c1c00119f');
        self::assertSame('CleverException not_found', self::thrown($unknown));
    }

    public function testExportedKeysVerifyInAnotherClient(): void
    {
        $client = self::client(timeout: 9.0);
        $tokens = self::tokens($client);
        $alone = self::client(jwksUri: 'http://127.0.0.1:9/', timeout: 3.0);
        $verify = fn() => $alone->verifyIdToken($tokens->idToken, 'a-nonce');
        self::assertSame('NetworkException network_connect', self::thrown($verify));
        $client->warmUp();
        $alone->importKeys($client->exportKeys());
        self::assertSame('Ada', $verify()['given_name']);
        self::assertSame('ArgumentException argument_invalid', self::thrown(fn() => $alone->importKeys('{}')));
    }

    public function testTheStatsCountLogins(): void
    {
        $client = self::client(timeout: 7.0);
        self::assertSame(['', []], [$client->stats()->prometheus, $client->stats()->samples]);
        $client->finishLogin('code=abc');
        $stats = $client->stats();
        $expected = ['name' => 'clever_sso_logins_total', 'labels' => ['outcome' => 'restart', 'code' => 'state_missing'], 'value' => 1.0];
        self::assertSame($expected, $stats->samples[0]);
        $line = 'clever_sso_logins_total{outcome="restart",code="state_missing"} 1';
        self::assertContains($line, explode("\n", $stats->prometheus));
    }

    public function testLinksLeadToClever(): void
    {
        $client = new Client(self::ID, self::SECRET, self::CALLBACK);
        self::assertStringStartsWith('https://clever.com/oauth/instant-login?', $client->instantLoginUrl(self::DISTRICT));
        self::assertSame(
            ['https://clever.com/login', 'https://clever.com/in/demo'],
            [$client->portalUrl(), $client->portalUrl('demo')],
        );
        self::assertStringContainsString('state=s', $client->authorizeUrl('token', state: 's'));
        self::assertStringContainsString('confirmed=false', $client->authorizeUrl(switchUser: true));
        $said = 'ValueError CleverSso\Client::authorizeUrl(): Argument #1 ($responseType) must be either "code" or "token"';
        self::assertSame($said, self::thrown(fn() => $client->authorizeUrl('id_token')));
        self::assertSame('ConfigException redirect_uri_unknown', self::thrown(fn() => $client->authorizeUrl('code', 'x')));
    }

    public function testACallbackIsParsed(): void
    {
        $callback = Callback::parse(self::CALLBACK . '?code=c0de&scope=read%3Auser_id%20read%3Asis&state=5tate');
        self::assertSame(['c0de', '5tate', ['read:user_id', 'read:sis'], null, false], [
            $callback->code, $callback->state, $callback->scopes, $callback->accessToken, $callback->loginasByAdmin,
        ]);
        $refused = Callback::parse('error=access_denied&error_description=%3Cb%3E');
        self::assertSame(['access_denied', '<b>', null], [$refused->error, $refused->errorDescription, $refused->code]);
        self::assertSame('t0ken', Callback::parse('#token_type=bearer&state=s&access_token=t0ken')->accessToken);
    }

    /** @dataProvider callbacks */
    public function testAMalformedCallbackIsRefused(string $thrown, string $callback): void
    {
        self::assertSame($thrown, self::thrown(fn() => Callback::parse($callback)));
    }

    public static function callbacks(): iterable
    {
        yield ['LoginException callback_malformed', ''];
        yield ['LoginException callback_malformed', '?'];
        yield ['LoginException callback_duplicate', 'code=a&code=b'];
        yield ['LoginException callback_contradictory', 'code=a&error=b'];
        yield ['ArgumentException argument_invalid', "code=a\0b"];
        yield ['ArgumentException argument_invalid', "code=\xff"];
        yield ['LoginException callback_malformed', str_repeat('a', 1 << 20)];
    }
}
