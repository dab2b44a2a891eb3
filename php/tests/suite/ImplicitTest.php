<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;
use CleverSso\Denied;
use CleverSso\Login;
use CleverSso\Restart;
use CleverSso\SignedIn;

/** The implicit grant: a login of an application without a client secret. */
final class ImplicitTest extends EmulatorCase
{
    /** The application without its secret. */
    private static function bare(mixed ...$more): Client
    {
        $key = ['pendingKey' => 'sixteen bytes or more'];
        return new Client(self::ID, ...$more + $key + ['redirectUri' => self::CALLBACK, 'baseUrl' => self::url()]);
    }

    /** The fragment that the browser comes back with, as a page posts it. */
    private static function fragment(Login $login): string
    {
        return '#' . parse_url(self::browse($login->url), PHP_URL_FRAGMENT);
    }

    public function testATokenInTheFragmentSignsThePersonIn(): void
    {
        $login = self::bare()->beginImplicit(returnTo: '/lessons', switchUser: true);
        parse_str(parse_url($login->url, PHP_URL_QUERY), $query);
        self::assertSame(['token', 'false'], [$query['response_type'], $query['confirmed']]);
        self::assertFalse(isset($query['scope']) || isset($query['nonce']));
        $fragment = self::fragment($login);
        // Another client of the same application, as in another request.
        $outcome = self::bare()->finishImplicit($fragment, self::cookiesOf($login->setCookies));
        self::assertInstanceOf(SignedIn::class, $outcome);
        self::assertSame(['Ada', 'me'], [$outcome->identity->name->first, $outcome->identity->provenBy]);
        self::assertSame(['/lessons', true, true], [$outcome->returnTo, $outcome->switchUser, $outcome->endsSession]);
        self::assertNull($outcome->tokens->idToken);
        $kept = self::cookiesOf($login->setCookies, $outcome->setCookies);
        $again = self::bare()->finishImplicit($fragment, $kept);
        self::assertInstanceOf(Restart::class, $again);
        self::assertSame('pending_missing', $again->reason);
    }

    public function testAnApplicationCanStoreThePendingLoginItself(): void
    {
        $client = self::bare();
        $login = $client->beginImplicit();
        $fragment = self::fragment($login);
        self::assertSame($login->key, $client->loginKey($fragment));
        self::assertInstanceOf(Restart::class, $client->finishImplicitWithPending($fragment, null));
        $outcome = $client->finishImplicitWithPending($fragment, $login->pending);
        self::assertSame(['Ada', []], [$outcome->identity->name->first, $outcome->setCookies]);
    }

    public function testAMalformedCallbackOrAnUnknownTokenIsRefused(): void
    {
        $client = self::bare();
        $login = $client->beginImplicit();
        $state = self::stateOf($login);
        $finish = fn(string $callback) => fn() => $client->finishImplicitWithPending($callback, $login->pending);
        foreach (["?access_token=a&state={$state}", "#access_token=a&token_type=mac&state={$state}", '#'] as $callback) {
            self::assertSame('LoginException callback_malformed', self::thrown($finish($callback)));
        }
        $unknown = self::caught($finish("#access_token=il0&token_type=bearer&state={$state}"));
        self::assertSame(['token_rejected', true], [$unknown->getCodeWord(), $unknown->endsSession]);
        $denied = $client->finishImplicitWithPending("#error=access_denied&state={$state}", $login->pending);
        self::assertInstanceOf(Denied::class, $denied);
        self::assertSame(['access_denied', true], [$denied->error, $denied->endsSession]);
    }

    public function testWithoutASecretThePendingKeyIsRequired(): void
    {
        $error = self::caught(fn() => self::bare(pendingKey: null)->beginImplicit());
        self::assertSame('config_invalid', $error->getCodeWord());
        self::assertStringContainsString('pendingKey is missing: without clientSecret', $error->getMessage());
    }

    public function testATokenRequestWithoutAStateMustBeExplicit(): void
    {
        $client = self::bare();
        $refused = self::caught(fn() => $client->authorizeUrl('token'));
        self::assertSame('argument_invalid', $refused->getCodeWord());
        self::assertStringContainsString('without_state', $refused->getMessage());
        self::assertStringNotContainsString('state=', $client->authorizeUrl('token', withoutState: true));
    }

    public function testACustomSchemeGivesAnErrorWithTheAlternatives(): void
    {
        $error = self::caught(fn() => self::bare(redirectUri: 'myapp://callback'));
        foreach (['redirectUri', 'Universal Link', 'http://127.0.0.1', 'chromiumapp.org'] as $word) {
            self::assertStringContainsString($word, $error->getMessage());
        }
    }
}
