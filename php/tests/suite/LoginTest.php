<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;
use CleverSso\Denied;
use CleverSso\Restart;
use CleverSso\SignedIn;

/** Whole logins, and the cookies that belong to them. */
final class LoginTest extends EmulatorCase
{
    /** The names and lifetimes of cookies, in order. */
    private static function told(array $cookies): string
    {
        $ends = ['/(login_)[\w-]{16}$/' => '$1KEY', '/(finished_|signed_in_)[\w-]{4}$/' => '$1APP'];
        $lines = array_map(fn($c) => preg_replace(array_keys($ends), $ends, $c->name) . " {$c->maxAge}", $cookies);
        sort($lines);
        return implode(', ', $lines);
    }

    public function testALoginSignsThePersonIn(): void
    {
        $outcome = self::signedIn(self::client(), returnTo: '/lessons?number=7');
        $identity = $outcome->identity;
        self::assertSame(['Ada Ashworth', 'student', self::DISTRICT, 'id_token', '/lessons?number=7'], [
            $identity->name->full, $identity->userType, $identity->districtId, $identity->provenBy, $outcome->returnTo,
        ]);
        self::assertSame([self::url(), 24, 'student', false], [
            $identity->issuer, strlen($identity->id), $identity->roles[0]->name, $identity->loginasByAdmin,
        ]);
        self::assertSame($identity->id, $identity->claims['sub']);
        self::assertSame(2, substr_count($outcome->tokens->idToken, '.'));
        self::assertFalse($outcome->switchUser);
        self::assertTrue($outcome->endsSession);
    }

    public function testControlCharactersInANameAndAnEmailAreRemoved(): void
    {
        $client = self::client();
        $login = $client->beginLogin();
        $claims = '{"given_name":"A\u0000d\u001b","family_name":"\u202eEve","email":"a\u0000@school.example"}';
        $callback = self::browse($login->url . '&emulator_claims=' . rawurlencode($claims));
        $identity = $client->finishLogin($callback, self::cookiesOf($login->setCookies))->identity;
        self::assertSame(["A\u{FFFD}d\u{FFFD} \u{FFFD}Eve", null], [
            $identity->name->full, $identity->unverifiedEmail,
        ]);
    }

    public function testAReloadedCallbackRestartsTheLogin(): void
    {
        $client = self::client();
        $login = $client->beginLogin(returnTo: '/lessons');
        [$callback, $cookies] = [self::browse($login->url), self::cookiesOf($login->setCookies)];
        self::assertInstanceOf(SignedIn::class, $client->finishLogin($callback, $cookies));
        $again = $client->finishLogin($callback, $cookies);
        self::assertInstanceOf(Restart::class, $again);
        self::assertSame(['code_rejected', false], [$again->reason, $again->endsSession]);
        $outcome = $client->finishLogin(self::browse($again->login->url), self::cookiesOf($again->setCookies));
        self::assertSame('/lessons', $outcome->returnTo);
    }

    public function testALoginFromThePortalIsRestarted(): void
    {
        $client = self::client();
        $query = http_build_query(['response_type' => 'code', 'client_id' => self::ID]);
        $arrived = $client->finishLogin(self::browse(self::url("/oauth/authorize?{$query}")));
        self::assertInstanceOf(Restart::class, $arrived);
        self::assertSame('state_missing', $arrived->reason);
        $outcome = $client->finishLogin(self::browse($arrived->login->url), self::cookiesOf($arrived->setCookies));
        self::assertSame('Ada', $outcome->identity->name->first);
    }

    public function testARefusalByCleverIsAnOutcome(): void
    {
        $client = self::client();
        $login = $client->beginLogin(returnTo: '/lessons', switchUser: true);
        $back = 'error=unauthorized-user&error_description=sorry&state=' . self::stateOf($login);
        $denied = $client->finishLogin($back, self::cookiesOf($login->setCookies));
        self::assertInstanceOf(Denied::class, $denied);
        $said = [$denied->error, $denied->description, $denied->returnTo, $denied->switchUser, $denied->endsSession];
        self::assertSame(['unauthorized-user', 'sorry', '/lessons', true, true], $said);
        self::assertSame('clever_finished_APP 600, clever_login_KEY 0', self::told($denied->setCookies));
        // A callback that this browser did not start changes nothing.
        $unproven = $client->finishLogin('error=access_denied', self::cookiesOf($login->setCookies));
        self::assertSame([[], false], [$unproven->setCookies, $unproven->endsSession]);
    }

    public function testBeginLoginUsesNoNetworkAndReturnsAUrlOfClever(): void
    {
        $client = new Client(self::ID, self::SECRET, [self::CALLBACK, 'http://127.0.0.1:9/second']);
        $login = $client->beginLogin(districtId: self::DISTRICT, redirectUri: 'http://127.0.0.1:9/second');
        parse_str(parse_url($login->url, PHP_URL_QUERY), $query);
        self::assertStringStartsWith('https://clever.com/oauth/authorize?', $login->url);
        self::assertSame([self::ID, 'http://127.0.0.1:9/second', self::DISTRICT, 'code'], [
            $query['client_id'], $query['redirect_uri'], $query['district_id'], $query['response_type'],
        ]);
        self::assertNotSame($login->pending, $client->beginLogin()->pending);
        self::assertSame(rawurlencode($login->pending), $login->pending);
        self::assertStringNotContainsString('confirmed=false', $login->url);
        self::assertStringContainsString('confirmed=false', $client->beginLogin(switchUser: true)->url);
    }

    /** @dataProvider targets */
    public function testReturnToMustLeadToThisApplication(string $thrown, string $target): void
    {
        self::assertSame($thrown, self::thrown(fn() => self::client()->beginLogin(returnTo: $target)));
    }

    public static function targets(): iterable
    {
        yield ['nothing', '/' . str_repeat('a', 1023)];
        yield ['nothing', '/школа'];
        $unsafe = ['https://evil.example/', '//evil.example', '/\\evil.example', '/' . str_repeat('a', 1024)];
        foreach ($unsafe as $target) {
            yield ['ArgumentException return_to_unsafe', $target];
        }
        yield ['ArgumentException argument_invalid', "/a\0b"];
    }

    public function testALoginNeedsARedirectUriAndASecret(): void
    {
        $other = fn() => self::client()->beginLogin(redirectUri: 'http://127.0.0.1:9/third');
        self::assertSame('ConfigException redirect_uri_unknown', self::thrown($other));
        $bare = new Client(self::ID, redirectUri: self::CALLBACK);
        self::assertSame('ConfigException client_secret_missing', self::thrown(fn() => $bare->beginLogin()));
    }

    public function testEachLoginHasACookieOfItsOwn(): void
    {
        $client = self::client();
        $login = $client->beginLogin(returnTo: '/first');
        [$cookie] = $login->setCookies;
        self::assertSame(["clever_login_{$login->key}", $login->pending, 600, false], [
            $cookie->name, $cookie->value, $cookie->maxAge, $cookie->secure,
        ]);
        $header = "clever_login_{$login->key}={$login->pending}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600";
        self::assertSame($header, $cookie->header);
        $second = $client->beginLogin(self::cookiesOf($login->setCookies), returnTo: '/second');
        $jar = self::cookiesOf($login->setCookies, $second->setCookies);
        $outcome = $client->finishLogin(self::browse($second->url), $jar);
        $expected = 'clever_finished_APP 600, clever_login_KEY 0, clever_signed_in_APP 60';
        self::assertSame(['/second', $expected], [$outcome->returnTo, self::told($outcome->setCookies)]);
        self::assertSame("clever_login_{$second->key}", $outcome->setCookies[0]->name);
        self::assertSame('/first', $client->finishLogin(self::browse($login->url), $jar)->returnTo);
        $secure = (new Client(self::ID, self::SECRET, 'https://app.example/callback'))->beginLogin()->setCookies[0];
        self::assertStringStartsWith('__Host-clever_login_', $secure->name);
        self::assertTrue($secure->secure);
    }

    public function testTheNinthLoginDropsTheOldest(): void
    {
        $answers = [];
        for ($number = 0; $number < 9; $number++) {
            $answers[] = self::client()->beginLogin(self::cookiesOf(...$answers))->setCookies;
        }
        self::assertCount(8, explode('; ', self::cookiesOf(...$answers)));
    }

    public function testALogOutAndAKeptSessionDeleteCookies(): void
    {
        $client = self::client();
        $cookies = self::cookiesOf(self::signedIn($client)->setCookies);
        self::assertSame('clever_signed_in_APP 0', self::told($client->logOutCookies($cookies)));
        self::assertSame([], $client->logOutCookies());
        self::assertNotSame([], $client->sessionKeptCookies($cookies));
        self::assertSame([[], []], [$client->sessionKeptCookies(), $client->sessionKeptCookies("\xff\0")]);
    }

    /** @dataProvider failures */
    public function testAFailedLoginHasCookiesAndSaysIfTheSessionEnds(string $thrown, bool $ends, string $scenario, ?string $word): void
    {
        $client = self::client(baseUrl: self::url($scenario));
        $login = $client->beginLogin(returnTo: '/lessons?a=ш', switchUser: true);
        $callback = $word === null ? self::browse($login->url) : "error={$word}&state=" . self::stateOf($login);
        $error = self::caught(fn() => $client->finishLogin($callback, self::cookiesOf($login->setCookies)));
        self::assertSame($thrown, self::short($error) . " {$error->getCodeWord()}");
        self::assertSame('clever_finished_APP 600, clever_login_KEY 0', self::told($error->setCookies));
        self::assertSame($ends, $error->endsSession);
        self::assertSame(['/lessons?a=%D1%88', true], [$error->getReturnTo(), $error->getSwitchUser()]);
    }

    public static function failures(): iterable
    {
        yield ['CleverException callback_unavailable', false, '', 'server_error'];
        yield ['CleverException callback_rejected', false, '', 'invalid_request'];
        yield ['TokenException id_token_expired', true, '/s/id-token-expired', null];
    }

    public function testACallbackThatProvesNothingChangesNothing(): void
    {
        $error = self::caught(fn() => self::client()->finishLogin(''));
        self::assertSame(['callback_malformed', [], false], [$error->getCodeWord(), $error->setCookies, $error->endsSession]);
    }

    public function testASessionThatIsNotKeptEndsWithAnError(): void
    {
        $client = self::client();
        $jar = [];
        for ($number = 0; $number < 3; $number++) {
            $login = $client->beginLogin(self::cookiesOf(...$jar), hasSession: false);
            $jar[] = $login->setCookies;
            $jar[] = $client->finishLogin(self::browse($login->url), self::cookiesOf(...$jar))->setCookies;
        }
        $error = self::caught(fn() => $client->beginLogin(self::cookiesOf(...$jar), hasSession: false));
        // The error changes no cookie, so that the other tabs of the browser get the same error.
        self::assertSame(['session_not_kept', []], [$error->getCodeWord(), $error->setCookies]);
    }

    public function testInvalidUtf8InOtherCookiesIsIgnored(): void
    {
        $client = self::client();
        $login = $client->beginLogin("a=\xff");
        $cookies = "a=\xff; " . self::cookiesOf($login->setCookies);
        self::assertInstanceOf(SignedIn::class, $client->finishLogin(self::browse($login->url), $cookies));
    }

    public function testAnApplicationCanStorePendingLoginsInItsSession(): void
    {
        $client = self::client();
        [$session, $callbacks] = [[], []];
        foreach (['/first', '/second'] as $target) {
            $login = $client->beginLogin(returnTo: $target);
            $session[$login->key] = $login->pending;
            $callbacks[$target] = self::browse($login->url);
        }
        foreach ($callbacks as $target => $callback) {
            $outcome = $client->finishLoginWithPending($callback, $session[$client->loginKey($callback)]);
            self::assertSame([$target, [], true], [$outcome->returnTo, $outcome->setCookies, $outcome->endsSession]);
        }
        $restart = $client->finishLoginWithPending($callbacks['/first'], null);
        self::assertSame(['pending_missing', []], [$restart->reason, $restart->setCookies]);
        self::assertNotSame('', $restart->login->key);
        $keys = array_map($client->loginKey(...), ['', 'code=a', 'code=a&code=b&state=c']);
        self::assertSame([null, null, null], $keys);
        self::assertSame('ArgumentException argument_invalid', self::thrown(fn() => $client->loginKey("code=a&state=b\0")));
    }

    public function testTheCodeOfTheGuideStoresLoginsInTheSession(): void
    {
        $guide = (string) file_get_contents(dirname((string) getenv('CLEVER_SSO_STUB'), 3) . '/docs/php.md');
        self::assertSame(1, preg_match('/^<!-- run: logins -->\n```php\n<\?php\n(.*?)^```/ms', $guide, $found));
        eval($found[1]);
        [$client, $_SESSION] = [self::client(), []];
        $urls = array_map(fn() => \begin($client), range(1, 10));
        self::assertCount(8, $_SESSION['logins']);
        foreach ([...array_slice($urls, 2), $urls[9], $urls[0]] as $number => $url) {
            $outcome = \finish($client, self::browse($url));
            self::assertSame($number < 8 ? 'SignedIn' : 'Restart', self::short($outcome));
        }
        self::assertSame(['/lessons', []], [\finish($client, self::browse(\begin($client)))->returnTo, $_SESSION['logins']]);
        unset($_SESSION);
    }

    public function testIsSwitchedOnAndLeadsToAcceptAnyText(): void
    {
        $words = [null, '', '0', 'False', 'NO', 'off', '1', 'true', "\0", "\xff"];
        $expected = [false, false, false, false, false, false, true, true, true, true];
        self::assertSame($expected, array_map(Client::isSwitchedOn(...), $words));
        $targets = ['/login', '/x/%2e%2e//%6cogin/?x', '/Login', '/login2', '', "/login\0", "\xff"];
        $found = array_map(fn(string $target) => Client::leadsTo($target, '/login'), $targets);
        self::assertSame([true, true, false, false, false, false, false], $found);
    }

    public function testEveryScenarioOfTheEmulatorHasItsDocumentedOutcome(): void
    {
        $scenarios = json_decode((string) file_get_contents(self::url('/_emulator/scenarios')));
        self::assertGreaterThan(60, count($scenarios));
        $expected = array_column($scenarios, 'outcome', 'name');
        $found = array_map(fn(object $each) => self::outcome($each->call, $each->base_url), $scenarios);
        self::assertSame($expected, array_combine(array_keys($expected), $found));
    }

    /** The outcome of the call in a scenario, with the emulator's names. */
    private static function outcome(string $call, string $baseUrl): string
    {
        try {
            $client = self::client(baseUrl: $baseUrl);
            $outcome = self::signedInOr($client);
            if (!$outcome instanceof SignedIn || $call === 'login') {
                return match ($outcome::class) {
                    SignedIn::class => 'signed_in',
                    Restart::class => "restart {$outcome->reason}",
                    Denied::class => 'denied',
                };
            }
            [$token, $who] = [$outcome->tokens->accessToken, $outcome->identity];
            match ($call) {
                'tokeninfo' => $client->checkToken($token),
                'me' => $client->me($token),
                'user' => $client->user($token, $who->id),
                'district' => $client->district($token, $who->districtId),
                'userinfo' => $client->userinfo($token, $who->id),
            };
            return 'ok';
        } catch (\CleverSso\Exception $error) {
            return "error {$error->getCodeWord()}";
        }
    }

    private static function signedInOr(Client $client): \CleverSso\Outcome
    {
        $login = $client->beginLogin();
        return $client->finishLogin(self::browse($login->url), self::cookiesOf($login->setCookies));
    }
}
