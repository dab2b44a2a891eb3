<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;
use CleverSso\ClientInterface;
use CleverSso\Exception;
use CleverSso\LoginException;
use CleverSso\NetworkException;
use CleverSso\Restart;
use CleverSso\SignedIn;
use CleverSso\Testing\Fake;
use CleverSso\Testing\FakeClient;

/** The fakes in the package, for the tests of an application. */
final class FakesTest extends EmulatorCase
{
    /** A function of an application, to be tested with fakes. */
    private static function page(ClientInterface $clever, string $query): string
    {
        try {
            $outcome = $clever->finishLogin($query, cookies: 'a=b');
        } catch (Exception $error) {
            return "page {$error->getPageStatus()} {$error->getCodeWord()}";
        }
        return match (true) {
            $outcome instanceof SignedIn => "hello {$outcome->identity->name->first}, to {$outcome->returnTo}",
            $outcome instanceof Restart => "to {$outcome->login->url}",
            default => "denied {$outcome->error}",
        };
    }

    public function testAFakeClientReturnsTheGivenOutcomesInOrder(): void
    {
        $teacher = Fake::identity(userType: 'teacher', name: Fake::name('Grace', null, 'Hopper'));
        $clever = new FakeClient(
            Fake::signedIn($teacher, returnTo: '/lessons'),
            Fake::restart(Fake::login('https://clever.example/authorize')),
            Fake::denied('unauthorized-user'),
            Fake::exception(NetworkException::class, 'network_timeout'),
        );
        self::assertSame('hello Grace, to /lessons', self::page($clever, 'code=1'));
        self::assertSame('to https://clever.example/authorize', self::page($clever, 'code=2'));
        self::assertSame('denied unauthorized-user', self::page($clever, 'code=3'));
        self::assertSame('page 503 network_timeout', self::page($clever, 'code=4'));
        self::assertSame(['callback' => 'code=4', 'cookies' => 'a=b'], $clever->lastCall('finishLogin'));
        self::assertCount(4, $clever->calls);
        self::assertNull($clever->lastCall('beginLogin'));
        $said = 'LogicException FakeClient has no outcome left: hand one to its constructor, such as Fake::signedIn()';
        self::assertSame($said, self::thrown(fn() => self::page($clever, 'code=5')));
    }

    public function testEveryMethodOfAFakeClientReturnsADefaultOrTheGivenResult(): void
    {
        $clever = new FakeClient();
        $given = ['callback' => 'code=a', 'pending' => 'b', 'endpoint' => 'login', 'method' => 'GET', 'headers' => []];
        $given += ['districtId' => Fake::DISTRICT_ID, 'code' => 'a', 'idToken' => 'a', 'accessToken' => 'a', 'id' => Fake::ID];
        $given += ['keys' => 'a'];
        $methods = (new \ReflectionClass(ClientInterface::class))->getMethods();
        self::assertGreaterThan(15, count($methods));
        foreach ($methods as $method) {
            $required = array_filter($method->getParameters(), fn(\ReflectionParameter $each) => !$each->isOptional());
            $names = array_map(fn(\ReflectionParameter $each) => $each->getName(), $required);
            $arguments = array_map(fn(string $name) => $given[$name], array_combine($names, $names));
            str_starts_with($method->getName(), 'finish') && $clever->will($method->getName(), Fake::signedIn());
            $answer = $clever->{$method->getName()}(...$arguments);
            $type = $method->getReturnType();
            $isOfItsType = match (true) {
                !$type instanceof \ReflectionNamedType => false,
                $type->isBuiltin() => in_array(get_debug_type($answer), [$type->getName(), 'null'], true),
                default => $answer === null || is_a($answer, $type->getName()),
            };
            self::assertTrue($isOfItsType, $method->getName());
            self::assertSame($method->getName(), end($clever->calls)[0]);
            $clever->will($method->getName(), Fake::exception(LoginException::class, 'login_loop'));
            $said = self::thrown(fn() => $clever->{$method->getName()}(...$arguments));
            self::assertSame('LoginException login_loop', $said);
        }
        $teacher = Fake::user(roles: [Fake::role('teacher')]);
        self::assertSame($teacher, $clever->will('user', $teacher)->user('a', 'b'));
        self::assertNotSame($teacher, $clever->user('a', 'b'));
        self::assertSame('ValueError a client has no method usr', self::thrown(fn() => $clever->will('usr', $teacher)));
    }

    public function testFakeResultsHaveTheGivenValues(): void
    {
        $nobody = Fake::identity(districtId: null, userType: null, unverifiedEmail: null, name: Fake::name(null, null, null));
        self::assertSame([null, null, [], '', ['iss', 'sub']], [
            $nobody->districtId, $nobody->userType, $nobody->roles, $nobody->name->full, array_keys($nobody->claims),
        ]);
        $ada = Fake::identity();
        self::assertSame(['Ada Ashworth', 'student', 'ada@school.example'], [
            $ada->name->full, $ada->roles[0]->name, $ada->claims['email'],
        ]);
        self::assertTrue($ada == Fake::identity());
        self::assertFalse($ada == Fake::identity(id: 'another'));
        $cookie = Fake::setCookie('a', 'b', 7, true);
        self::assertSame('a=b; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=7', $cookie->header);
        self::assertSame([Fake::login()->pending, 600], [Fake::restart()->setCookies[0]->value, Fake::setCookie()->maxAge]);
        self::assertSame(['fake-code', 'Fake School District', 405, 'GET'], [
            Fake::callback()->code, Fake::district()->name, Fake::refusal(405, 'GET')->status, Fake::refusal(405, 'GET')->allow,
        ]);
        $error = Fake::exception(LoginException::class, 'session_not_kept', pageStatus: 400, returnTo: '/x');
        self::assertSame(['session_not_kept', 400, '/x', 'app'], [
            $error->getCodeWord(), $error->getPageStatus(), $error->getReturnTo(), $error->getActor(),
        ]);
    }

    /** @group emulator */
    public function testAFakeExceptionIsLikeTheRealOne(): void
    {
        $facts = fn(Exception $one): array => [
            $one::class, $one->getCodeWord(), $one->getPageStatus(), $one->isRetryable(), $one->getActor(), $one->getUserMessage(),
        ];
        $real = [
            self::caught(fn() => self::client()->finishLogin('x=1')),
            self::caught(fn() => self::client(baseUrl: 'http://127.0.0.1:9')->me('a')),
            self::caught(fn() => self::client()->me('wrong')),
            self::caught(fn() => self::client()->verifyIdToken('x')),
            self::caught(fn() => new Client('')),
        ];
        foreach ($real as $error) {
            self::assertSame($facts($error), $facts(Fake::exception($error::class, $error->getCodeWord())));
        }
    }

    public function testAFakeThatNoClientWouldThrowIsRefused(): void
    {
        $said = fn(string $class, string $code): string => self::thrown(fn() => Fake::exception($class, $code));
        self::assertSame(
            'ValueError there is no error code network_slow: docs/errors.md has all of them',
            $said(NetworkException::class, 'network_slow'),
        );
        $sentence = 'ValueError network_timeout is the code of a CleverSso\NetworkException, not of a ';
        foreach ([LoginException::class, Exception::class, \RuntimeException::class, 'Nobody'] as $class) {
            self::assertSame($sentence . $class, $said($class, 'network_timeout'));
        }
        self::assertSame('ValueError a client has no method finishLogn', self::thrown(fn() => (new FakeClient())->lastCall('finishLogn')));
    }

    /** @group emulator */
    public function testDumpsOfFakesShowNoMoreThanRealResults(): void
    {
        $shown = print_r(Fake::signedIn(), true) . var_export(Fake::login(), true);
        self::assertDoesNotMatchRegularExpression('/Ada|fake-access|fake-pending|ada@/', $shown);
        // A client of the emulator returns the same names and types.
        foreach ([[self::signedIn(self::client()), Fake::signedIn()], [self::client()->beginLogin(), Fake::login()]] as $pair) {
            [$real, $fake] = array_map(fn(object $one) => array_keys((array) json_decode((string) json_encode($one))), $pair);
            self::assertSame($real, $fake);
        }
    }

    public function testTheExampleOfTheGuidePasses(): void
    {
        $guide = (string) file_get_contents(dirname((string) getenv('CLEVER_SSO_STUB'), 3) . '/docs/php.md');
        self::assertSame(1, preg_match('/^## Testing$.*?^```php\n<\?php\n(.*?)^```/ms', $guide, $found));
        self::assertSame(3, substr_count($found[1], 'assert('));
        self::assertSame('1', ini_get('zend.assertions'));
        self::assertSame('nothing', self::thrown(fn() => eval($found[1])));
        $wrong = str_replace('hello Grace', 'hello Ada', $found[1]);
        self::assertStringStartsWith('AssertionError', self::thrown(fn() => eval(str_replace('page_after', 'page_of', $wrong))));
    }
}
