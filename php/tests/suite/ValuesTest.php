<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\BrowserReply;
use CleverSso\BrowserRequest;
use CleverSso\Hidden;
use CleverSso\LoginException;
use CleverSso\Problem;
use CleverSso\SetCookie;
use CleverSso\Testing\Fake;
use CleverSso\Traces;
use PHPUnit\Framework\TestCase;

/** Results and exceptions without a client: it needs neither the library nor an emulator, and runs with PHP 8.1 too. */
class ValuesTest extends TestCase
{
    private const SECRETS = ['a-private-page', 'a-private-pending', 'a-private-token', 'Ada', 'ada@', 'a-private-header'];

    /** @return array<string, object> */
    private static function values(): array
    {
        $login = Fake::login('https://clever.example/?a-private-page', pending: 'a-private-pending');
        $tokens = Fake::tokens('a-private-token', 'a-private-token');
        $signedIn = Fake::signedIn(tokens: $tokens, returnTo: '/');
        $problem = new Problem('A sentence.', 'word', 400, '/login', '/switch');
        $values = [
            $login, $login->setCookies[0], $tokens, $signedIn, $signedIn->identity, $signedIn->identity->name, Fake::role(),
            Fake::restart($login), Fake::denied(), Fake::refusal(), Fake::tokenInfo(), Fake::stats(), Fake::finding(), Fake::report(),
            Fake::me(json: ['email' => 'ada@school.example']), Fake::user(), Fake::district(), Fake::userInfo(json: ['sub' => 'Ada']),
            Fake::callback('a-private-token', state: 'a-private-token'), $problem,
            new BrowserRequest('GET', 'a-private-page', ['referer' => 'a-private-header'], 'a=a-private-token'),
            new BrowserReply(303, ['Location' => 'a-private-page'], $login->setCookies, false, '', $problem, $signedIn),
        ];
        return array_combine(array_map(get_class(...), $values), $values);
    }

    private static function shown(object $value): string
    {
        ob_start();
        var_dump($value);
        debug_zval_dump($value);
        print_r($value);
        var_export($value);
        print_r((array) $value);
        return (string) ob_get_clean();
    }

    private static function thrown(callable $call): string
    {
        try {
            $call();
        } catch (\Throwable $error) {
            return get_class($error) . ' ' . $error->getMessage();
        }
        return 'nothing';
    }

    public function testDumpsAndExportsShowNoSecret(): void
    {
        foreach (self::values() as $name => $value) {
            $shown = self::shown($value);
            foreach (self::SECRETS as $secret) {
                self::assertStringNotContainsString($secret, $shown, $name);
            }
        }
        self::assertStringContainsString('["url"]=>', self::shown(Fake::login()));
        self::assertStringContainsString('[redacted]', self::shown(Fake::login()));
    }

    public function testValuesCannotBeChanged(): void
    {
        foreach (self::values() as $name => $value) {
            $said = self::thrown(fn() => $value->another = 'x');
            self::assertSame("Error Cannot create dynamic property {$name}::\$another", $said);
            foreach ((new \ReflectionClass($value))->getProperties(\ReflectionProperty::IS_PUBLIC) as $property) {
                $said = self::thrown(fn() => $value->{$property->name} = 'x');
                self::assertSame("Error Cannot modify readonly property {$name}::\${$property->name}", $said);
            }
        }
    }

    public function testValuesAreClonedAndComparedByValue(): void
    {
        $same = self::values();
        foreach (self::values() as $name => $value) {
            self::assertTrue($value == $same[$name] && $value == clone $value, $name);
            self::assertSame(json_encode($value), json_encode(clone $value));
        }
        self::assertFalse(Fake::tokens('a') == Fake::tokens('b'));
        self::assertFalse(Fake::identity(name: Fake::name('Grace')) == Fake::identity());
        self::assertFalse(Fake::signedIn(Fake::identity(name: Fake::name('Grace'))) == Fake::signedIn());
        self::assertFalse(new BrowserReply(200, signedIn: Fake::signedIn()) == new BrowserReply(200));
    }

    public function testValuesAndExceptionsCannotBeSerialized(): void
    {
        foreach (self::values() + [LoginException::class => new LoginException()] as $name => $value) {
            self::assertContains(self::thrown(fn() => serialize($value)), [
                "Exception Serialization of '{$name}' is not allowed",
                // It has no secret.
                $name === Problem::class ? 'nothing' : '',
            ]);
        }
        $class = LoginException::class;
        $data = 'O:' . strlen($class) . ":\"{$class}\":0:{}";
        self::assertSame("Exception Unserialization of '{$class}' is not allowed", self::thrown(fn() => unserialize($data)));
    }

    public function testAValueWithoutAConstructorCallCanBeDumped(): void
    {
        foreach (array_keys(self::values()) as $name) {
            $value = (new \ReflectionClass($name))->newInstanceWithoutConstructor();
            self::assertStringContainsString("object({$name})#", self::shown($value));
            self::assertFalse(isset($value->nothing));
            self::assertContains(json_encode($value), ['[]', '{}'], $name);
            self::assertStringStartsWith('Error ', self::thrown(fn() => $value->nothing = 1), $name);
        }
    }

    public function testAnExceptionReturnsItsConstructorArguments(): void
    {
        $cookies = Fake::login()->setCookies;
        $cause = new LoginException('m', 7);
        $error = new LoginException('m', 1, $cause, 'word', 'sentence', 'user', true, 503, 502, 7, '/x', true, $cookies, true);
        self::assertSame(['m', 1, $cause, 'word', 'sentence', 'user', true, 503, 502, 7, '/x', true, $cookies, true], [
            $error->getMessage(), $error->getCode(), $error->getPrevious(), $error->getCodeWord(), $error->getUserMessage(),
            $error->getActor(), $error->isRetryable(), $error->getPageStatus(), $error->getHttpStatus(),
            $error->getRetryAfter(), $error->getReturnTo(), $error->getSwitchUser(), $error->setCookies, $error->endsSession,
        ]);
        $said = self::thrown(fn() => $error->endsSession = false);
        self::assertSame('Error Cannot modify readonly property CleverSso\Exception::$endsSession', $said);
        self::assertSame([[], false], [$cause->setCookies, $cause->endsSession]);
    }

    /** Fails as a call does in which the arguments are secrets. */
    private static function failing(callable $fail, string $secret, array $more): void
    {
        $fail($secret, $more);
    }

    /** @return array<string, \Throwable> What this package throws, each with its causes. */
    private static function failures(): array
    {
        $fails = [
            'exception' => fn(string $code) => throw new LoginException('m', 0, new \RuntimeException('r', 0, new \ValueError('v'))),
            'error' => fn(string $code) => throw Traces::safe(new \ValueError('v', 0, new \RuntimeException('r'))),
            'hidden property' => fn(string $code) => Fake::tokens()->accessToken = $code,
            'new property' => fn(string $code) => Fake::denied()->another = $code,
        ];
        foreach ($fails as $name => $fail) {
            try {
                self::failing($fail, 'a-private-code', ['a-private-token']);
            } catch (\Throwable $error) {
                $fails[$name] = $error;
            }
        }
        return $fails;
    }

    public function testATraceKeepsItsFramesWithoutSecrets(): void
    {
        self::assertSame('0', ini_get('zend.exception_ignore_args'));
        $failures = self::failures();
        // The extension is for PHP 8.2 and later: what it throws itself stays as it is.
        $isExtension = (new \ReflectionClass(LoginException::class))->isInternal();
        foreach ($failures as $name => $failure) {
            for ($each = $failure; $each !== null; $each = $each->getPrevious()) {
                self::assertContains('failing', array_column($each->getTrace(), 'function'), $name);
                self::assertContains(__FILE__, array_column($each->getTrace(), 'file'), $name);
                if (!Traces::areSafe() && ($name === 'error' || !$isExtension)) {
                    self::assertSame([], array_column($each->getTrace(), 'args'), $name);
                    self::assertStringNotContainsString('a-private', "{$each}" . print_r($each->getTrace(), true), $name);
                }
            }
        }
        if (Traces::areSafe()) {
            // PHP still shows what an application did not mark.
            self::assertNotSame([], array_column($failures['exception']->getTrace(), 'args'));
        }
    }

    public function testUnsafeTracesAreReportedUnlessPhpIgnoresArguments(): void
    {
        $ignores = fn(string $value) => ini_set('zend.exception_ignore_args', $value);
        $said = 'zend.exception_ignore_args is off, and PHP ' . PHP_VERSION . ' hides no arguments: stack traces of PHP errors can show'
            . ' codes and tokens';
        self::assertSame(Traces::areSafe() ? null : $said, Traces::danger());
        $before = $ignores('1');
        try {
            self::assertNull(Traces::danger());
        } finally {
            $ignores((string) $before);
        }
    }

    public function testAHiddenValueCanBeReadAndIsNotDumped(): void
    {
        $values = ['7', 'a-private-code', ['a' => ['b' => 1.5]], [Fake::login(), fn() => 1]];
        foreach ($values as $number => $value) {
            $hidden = Hidden::of($value);
            self::assertSame($value, $hidden->getValue());
            self::assertStringNotContainsString('a-private', self::shown($hidden));
            foreach ($values as $other => $another) {
                self::assertSame($number === $other, Hidden::of($another) == $hidden || $number === $other, "{$number} {$other}");
            }
        }
        self::assertStringContainsString('not allowed', self::thrown(fn() => serialize(Hidden::of('x'))));
    }

    public function testAWrongTypeInACookieGivesTheTypeErrorOfPhp(): void
    {
        $said = self::thrown(fn() => (new \ReflectionClass(SetCookie::class))->newInstanceArgs([null, '', 0, false, '']));
        self::assertStringStartsWith('TypeError CleverSso\SetCookie::__construct(): Argument #1 ($name) must be of type string, null given', $said);
    }
}
