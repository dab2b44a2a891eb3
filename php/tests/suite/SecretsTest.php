<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\BrowserReply;
use CleverSso\BrowserRequest;
use CleverSso\Callback;
use CleverSso\Client;
use CleverSso\Problem;
use CleverSso\Sentences;
use CleverSso\SessionFailed;

/** No dump, export, cast, encoding or trace shows a secret or personal data. */
final class SecretsTest extends EmulatorCase
{
    /** Every way to turn an object into text, except JSON. */
    private static function shown(mixed $object): string
    {
        ob_start();
        var_dump($object);
        debug_zval_dump($object);
        print_r($object);
        var_export($object);
        $shown = (string) ob_get_clean();
        if (is_object($object)) {
            $shown .= var_export((array) $object, true) . var_export(get_object_vars($object), true);
            foreach ($object as $name => $value) {
                $shown .= "{$name}: " . print_r($value, true);
            }
        }
        return $shown . print_r(new \ArrayObject([$object]), true);
    }

    /** @dataProvider objects */
    public function testDumpsAndExportsShowNoSecret(object $object, array $secrets, array $personal): void
    {
        $shown = self::shown($object);
        foreach ([...$secrets, ...$personal] as $private) {
            self::assertNotSame('', $private);
            self::assertStringNotContainsString($private, $shown);
        }
        $json = json_encode($object, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        foreach ($secrets as $secret) {
            self::assertStringNotContainsString($secret, $json);
        }
        $name = get_class($object);
        self::assertSame("Exception Serialization of '{$name}' is not allowed", self::thrown(fn() => serialize($object)));
    }

    public static function objects(): iterable
    {
        $client = self::client();
        $login = $client->beginLogin();
        [$cookie] = $login->setCookies;
        yield 'client' => [$client, [self::SECRET], []];
        $keys = [str_repeat('a-private-key-', 3), str_repeat('an-older-private-key-', 2)];
        $whole = self::client(pendingKey: $keys[0], oldPendingKeys: [$keys[1]], proxy: 'http://me:a-private-password@127.0.0.1:9');
        yield 'client with all its secrets' => [$whole, [self::SECRET, ...$keys, 'a-private-password'], []];
        yield 'login' => [$login, [$login->url, $login->pending, $cookie->value], []];
        yield 'cookie' => [$cookie, [$cookie->value, $cookie->header], []];
        $callback = Callback::parse('code=a-private-code&state=a-private-state');
        yield 'callback' => [$callback, ['a-private'], []];
        yield 'implicit' => [Callback::parse('#token_type=bearer&access_token=a-private-token'), ['a-private'], []];
        $outcome = $client->finishLogin(self::browse($login->url), self::cookiesOf($login->setCookies));
        [$tokens, $who] = [$outcome->tokens, $outcome->identity];
        $secrets = [$tokens->accessToken, $tokens->idToken, $outcome->setCookies[0]->header];
        $person = ['Ada', 'Ashworth', $who->unverifiedEmail];
        yield 'outcome' => [$outcome, $secrets, $person];
        yield 'tokens' => [$tokens, $secrets, []];
        yield 'identity' => [$who, $secrets, $person];
        yield 'name' => [$who->name, $secrets, ['Ada', 'Ashworth']];
        yield 'me' => [$client->me($tokens->accessToken), $secrets, ['data']];
        yield 'user' => [$client->user($tokens->accessToken, $who->id), $secrets, $person];
        yield 'userinfo' => [$client->userinfo($tokens->accessToken), $secrets, $person];
        // The objects that carry secrets between the library and the browser.
        $headers = ['Authorization' => 'a-private-header', 'Referer' => ['a-private-page']];
        $request = new BrowserRequest('GET', 'code=a-private-code&state=x', $headers, 'session=a-private-cookie');
        yield 'request' => [$request, ['a-private'], []];
        $problem = new Problem('A sentence.', 'word', 400, '/login?return_to=a-private-page', '/switch?return_to=a-private-page');
        $headers = ['Location' => $login->url, 'Set-Cookie' => 'a-private-cookie'];
        $reply = new BrowserReply(303, $headers, $login->setCookies, true, 'a-private-page', $problem, $outcome, 'signed_in');
        yield 'reply' => [$reply, [$login->url, $cookie->value, 'a-private', ...$secrets, ...$person], []];
        $restart = $client->finishLogin('code=a-private-code');
        yield 'restart' => [$restart, [$restart->login->url, $restart->login->pending, $restart->setCookies[0]->value], []];
    }

    public function testADumpShowsTheNamesOfHiddenProperties(): void
    {
        $login = self::client()->beginLogin();
        ob_start();
        var_dump($login);
        self::assertMatchesRegularExpression('/\["url"\]=>\s+string\(10\) "\[redacted\]"/', (string) ob_get_clean());
        $names = ['url', 'setCookies', 'key', 'pending', 'needsPage'];
        self::assertSame($names, array_keys(json_decode((string) json_encode($login), true)));
        self::assertSame('[redacted]', json_decode((string) json_encode($login), true)['pending']);
        self::assertSame(['setCookies', 'key', 'needsPage'], array_keys(get_object_vars($login)));
        self::assertSame(
            ['setCookies', 'key', 'needsPage', "\0CleverSso\Login\0hidden"],
            array_keys((array) $login),
        );
    }

    public function testHiddenPropertiesOfRequestsAndRepliesCanBeRead(): void
    {
        $request = new BrowserRequest('GET', 'return_to=/a', ['accept' => ['text/html']], 'a=b');
        self::assertSame(['return_to=/a', ['accept' => ['text/html']], 'a=b'], [$request->query, $request->headers, $request->cookies]);
        self::assertSame(['/a', true, true], [$request->parameter('return_to'), $request->has('return_to'), $request->wantsPage()]);
        $hidden = ['method' => 'GET', 'query' => '[redacted]', 'headers' => '[redacted]', 'cookies' => '[redacted]'];
        self::assertSame($hidden, json_decode((string) json_encode($request), true));
        $reply = new BrowserReply(303, ['Location' => '/a'], outcome: 'login');
        self::assertSame([303, '/a', '', null], [$reply->status, $reply->headers['Location'], $reply->body, $reply->problem?->code]);
        self::assertTrue(isset($reply->headers['Location']) && !isset($reply->problem) && $reply == clone $reply);
    }

    public function testTheJsonOfAnIdentityHasThePersonalData(): void
    {
        $identity = self::signedIn(self::client())->identity;
        $kept = json_decode((string) json_encode($identity), true);
        self::assertSame(['Ada Ashworth', $identity->unverifiedEmail], [$kept['name']['full'], $kept['unverifiedEmail']]);
        self::assertEquals($identity->claims, $kept['claims']);
        $names = (new \ReflectionMethod($identity, '__construct'))->getParameters();
        self::assertSame(array_map(fn(\ReflectionParameter $name) => $name->getName(), $names), array_keys($kept));
    }

    public function testHiddenPropertiesCanBeReadLikeOthers(): void
    {
        $identity = self::signedIn(self::client())->identity;
        self::assertTrue(isset($identity->name, $identity->name->full, $identity->claims['sub']));
        self::assertFalse(isset($identity->nothing) || isset($identity->name->middle) || empty($identity->unverifiedEmail));
        self::assertTrue(property_exists($identity, 'claims'));
        self::assertSame('Ada', (new \ReflectionProperty($identity->name, 'first'))->getValue($identity->name));
        ['Ada', 'Ada Ashworth'] === [$identity->name?->first, "{$identity->name->full}"] ?: self::fail('another name');
    }

    /** @dataProvider changes */
    public function testResultsCannotBeChanged(string $message, callable $change): void
    {
        self::assertSame("Error {$message}", self::thrown($change));
    }

    public static function changes(): iterable
    {
        $login = self::client()->beginLogin();
        $denied = self::client()->finishLogin('error=access_denied');
        $name = self::signedIn(self::client())->identity->name;
        yield ['Cannot modify readonly property CleverSso\Login::$url', fn() => $login->url = 'x'];
        yield ['Cannot modify readonly property CleverSso\Login::$key', fn() => $login->key = 'x'];
        yield ['Cannot create dynamic property CleverSso\Login::$x', fn() => $login->x = 'x'];
        yield ['Cannot modify readonly property CleverSso\Name::$middle', fn() => $name->middle = 'x'];
        yield ['Cannot modify readonly property CleverSso\Denied::$error', fn() => $denied->error = 'x'];
        yield ['Cannot create dynamic property CleverSso\Denied::$x', fn() => $denied->x = 'x'];
        yield ['Undefined property: CleverSso\Login::$x', fn() => $login->x];
        $unset = 'Cannot unset readonly property CleverSso';
        yield ["{$unset}\Login::\$url", function () use ($login): void {
            unset($login->url);
        }];
        yield ["{$unset}\Denied::\$error", function () use ($denied): void {
            unset($denied->error);
        }];
        $again = fn(string $class, string $name) => "Cannot modify readonly property CleverSso\\{$class}::\${$name}";
        yield [$again('Login', 'setCookies'), fn() => $login->__construct('', [], '', '', false)];
        yield [$again('Name', 'hidden'), fn() => $name->__construct('', '', '', '')];
    }

    public function testResultsAreClonedAndComparedByValue(): void
    {
        $login = self::client()->beginLogin();
        $outcome = self::signedIn(self::client());
        foreach ([$login, $login->setCookies[0], $outcome, $outcome->tokens, $outcome->identity] as $result) {
            self::assertTrue($result == clone $result);
            self::assertFalse($result === clone $result);
        }
        self::assertSame($login->pending, (clone $login)->pending);
        self::assertFalse($login == self::client()->beginLogin());
        self::assertFalse($outcome->tokens == self::signedIn(self::client())->tokens);
        self::assertTrue($outcome->identity->name == self::signedIn(self::client())->identity->name);
        self::assertFalse($outcome->tokens == $outcome->identity);
    }

    public function testAClientCanBeComparedButNotCloned(): void
    {
        self::assertTrue(self::client() == self::client());
        self::assertTrue(self::client() == self::client(redirectUri: [self::CALLBACK]));
        self::assertFalse(self::client() == self::client(timeout: 9.5));
        self::assertFalse(self::client() == new Client(self::ID, 'another', self::CALLBACK, baseUrl: self::url()));
        $said = self::thrown(fn() => clone self::client());
        self::assertSame('Error Call to private CleverSso\Client::__clone() from scope CleverSso\Tests\SecretsTest', $said);
        self::assertFalse((new \ReflectionClass(Client::class))->isCloneable());
    }

    public function testExceptionsAndTheirTracesHaveNoSecrets(): void
    {
        $secrets = ['a-private-code', 'a-private-cookie', 'a-private-key-0', 'a-private-token', self::SECRET, 'private-proxy'];
        $client = fn(mixed ...$more) => new Client(self::ID, self::SECRET, self::CALLBACK, ...$more);
        $far = $client(baseUrl: 'http://127.0.0.1:9', timeout: 0.05);
        $calls = [
            fn() => $far->exchangeCode('a-private-code'),
            fn() => $far->finishLogin('code=a-private-code&code=b', 'clever_login_x=a-private-cookie'),
            fn() => $far->finishLoginWithPending('code=a-private-code&code=b', 'a-private-cookie'),
            fn() => $far->finishImplicit('?access_token=a-private-token', 'clever_login_x=a-private-cookie'),
            fn() => $far->finishImplicitWithPending('#access_token=a-private-token&error=b', 'a-private-cookie'),
            fn() => $far->beginLogin('x=a-private-cookie', returnTo: '//x'),
            fn() => $far->beginImplicit('x=a-private-cookie', returnTo: '//x'),
            fn() => $far->verifyIdToken('a-private-token', 'a-private-token', 'a-private-token'),
            fn() => $far->me('a-private-token'),
            fn() => $far->user('a-private-token', 'a'),
            fn() => $far->district('a-private-token', '../x'),
            fn() => $far->userinfo('a-private-token'),
            fn() => $far->checkToken('a-private-token'),
            fn() => $far->authorizeUrl('code', 'x', 'a-private-code', 'a-private-code'),
            fn() => $far->loginKey("a-private-code\0"),
            fn() => Callback::parse('code=a-private-code&error=x'),
            fn() => $client(pendingKey: 'a-private-key-0', oldPendingKeys: ['a-private-key-0'], timeout: -1.0),
            fn() => $client(proxy: 'http://me:private-proxy@127.0.0.1', timeout: -1.0),
        ];
        foreach ($calls as $number => $call) {
            $error = self::caught($call);
            // Frames before the call of this library belong to the application.
            $all = print_r($error->getTrace()[0], true) . strtok($error->getTraceAsString(), "\n");
            $all .= $error->getMessage() . $error->getUserMessage();
            foreach ($secrets as $secret) {
                self::assertStringNotContainsString($secret, $all, (string) $number);
            }
            self::assertStringContainsString('SensitiveParameterValue', $all, (string) $number);
            // The log names the line of the application, and the trace begins there.
            self::assertSame([__FILE__, __FILE__], [$error->getFile(), $error->getTrace()[0]['file']]);
            self::assertStringStartsWith('CleverSso\\', (string) $error->getTrace()[0]['class']);
        }
    }

    public function testExceptionsOfCallsCannotBeSerialized(): void
    {
        $errors = [
            self::caught(fn() => new Client('')),
            self::caught(fn() => self::client()->finishLogin('code=a&code=b')),
        ];
        foreach ($errors as $error) {
            $name = get_class($error);
            self::assertSame("Exception Serialization of '{$name}' is not allowed", self::thrown(fn() => serialize($error)));
        }
    }

    public function testAnExceptionHasACodeAnActorAndMessages(): void
    {
        $error = self::caught(fn() => self::client(baseUrl: 'http://127.0.0.1:9', timeout: 2.0)->exchangeCode('a-code'));
        self::assertSame(['NetworkException', 'network_connect', 'network', true, null, null, 0, null], [
            self::short($error), $error->getCodeWord(), $error->getActor(), $error->isRetryable(),
            $error->getHttpStatus(), $error->getRetryAfter(), $error->getCode(), $error->getPrevious(),
        ]);
        self::assertStringStartsWith('Clever cannot be reached right now.', $error->getUserMessage());
        self::assertStringStartsWith('network_connect: ', $error->getMessage());
    }

    public function testAnApplicationCanMakeAnException(): void
    {
        $plain = new \CleverSso\NetworkException('made by an application', 7);
        self::assertSame(['made by an application', 7, [], false, '', 500, null], [
            $plain->getMessage(), $plain->getCode(), $plain->setCookies, $plain->endsSession, $plain->getCodeWord(),
            $plain->getPageStatus(), $plain->getRetryAfter(),
        ]);
        $cookies = self::client()->beginLogin()->setCookies;
        $whole = new \CleverSso\LoginException(
            'm', 1, $plain, 'word', 'sentence', 'user', true, 503, 502, 7, '/x', true, $cookies, true,
        );
        self::assertSame(['m', 1, $plain, 'word', 'sentence', 'user', true, 503, 502, 7, '/x', true, $cookies, true], [
            $whole->getMessage(), $whole->getCode(), $whole->getPrevious(), $whole->getCodeWord(), $whole->getUserMessage(),
            $whole->getActor(), $whole->isRetryable(), $whole->getPageStatus(), $whole->getHttpStatus(),
            $whole->getRetryAfter(), $whole->getReturnTo(), $whole->getSwitchUser(), $whole->setCookies, $whole->endsSession,
        ]);
        self::assertSame('Error Cannot modify readonly property CleverSso\Exception::$endsSession', self::thrown(
            fn() => $whole->endsSession = false,
        ));
    }

    public function testTheUserMessageIsInTheLanguageOfThePerson(): void
    {
        $error = self::caught(fn() => new Client(''));
        foreach (['es', 'ES_mx', 'es-MX,es;q=0.9,en;q=0.8', 'fr, es;q=0.5', 'es, en', 'en;q=0.1, es;q=0.2', ';;,,=;q=,es'] as $spanish) {
            self::assertStringStartsWith('Esta aplicación tiene un problema con Clever.', $error->getUserMessageIn($spanish), $spanish);
            self::assertSame('es', Sentences::language($spanish), $spanish);
        }
        foreach (['', 'en', 'fr', 'est', '*', 'en-US,en;q=0.9,es;q=0.8', 'es;q=0', 'es;q=nonsense', 'es;q=NaN, en', "es\0", "\xff"] as $english) {
            self::assertSame($error->getUserMessage(), $error->getUserMessageIn($english), $english);
            self::assertSame('en', Sentences::language($english), $english);
        }
        $own = new \CleverSso\LoginException(codeWord: 'config_invalid', userMessage: 'Only schools.');
        self::assertSame('Only schools.', $own->getUserMessageIn('es'));
        self::assertSame('', (new \CleverSso\LoginException())->getUserMessageIn('es'));
    }

    public function testALineAboutTheSessionStoreShowsNoSecret(): void
    {
        $id = 'k3v9q0lm2n4p6r8s1t5u7w9x0y';
        $lines = [
            "open(/var/lib/php/sess_{$id}, O_RDWR) failed" => 'open(/var/lib/php/sess_… O_RDWR) failed',
            "no PHPREDIS_SESSION:{$id} in tcp://u:hunter2@10.0.0.9:6379" => 'no PHPREDIS_SESSION:… in tcp://…@10.0.0.9:6379',
            'redis (path: tcp://10.0.0.9?weight=1&auth=hunter2)' => 'redis (path: tcp://10.0.0.9?weight=1&auth=…)',
            'tls://10.0.0.9?auth[]=app&auth[]=hunter2&x=1' => 'tls://10.0.0.9?auth[]=…&auth[]=…&x=1',
            'mysql:host=db;password=hunter2;port=1' => 'mysql:host=db;password=…;port=1',
            "one\nline\0" => 'one line ',
        ];
        foreach ($lines as $text => $shown) {
            self::assertSame($shown, SessionFailed::safe($text));
        }
        $failed = SessionFailed::because(new \RuntimeException("lost {$id} of ada@school.example"));
        $line = __LINE__ - 1;
        self::assertStringEndsWith("SecretsTest.php:{$line}", $failed->getMessage());
        self::assertStringStartsWith('the session store failed: RuntimeException in /', $failed->getMessage());
        self::assertStringNotContainsString('lost', $failed->getMessage());
    }
}
