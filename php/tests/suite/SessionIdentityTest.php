<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\SessionIdentity;
use PHPUnit\Framework\TestCase;

/** The person that a session keeps, as plain values. */
final class SessionIdentityTest extends TestCase
{
    private const ADA = ['issuer' => 'https://clever.com', 'id' => '58da8c63d7dc0ca068003d3b', 'fullName' => 'Ada Ashworth'];

    public function testASessionReturnsThePersonThatItKeeps(): void
    {
        $ada = new SessionIdentity(...self::ADA, roles: ['student'], userType: 'student', loginasByAdmin: true);
        self::assertEquals($ada, SessionIdentity::fromArray($ada->toArray()));
        self::assertEquals($ada, SessionIdentity::fromArray(['of a later version' => 1] + $ada->toArray()));
    }

    /** @dataProvider others */
    public function testASessionWithOtherValuesHasNoPerson(mixed $kept): void
    {
        self::assertNull(SessionIdentity::fromArray($kept));
    }

    /** @return iterable<string, list<mixed>> */
    public static function others(): iterable
    {
        yield 'nothing' => [null];
        yield 'a text' => ['58da8c63d7dc0ca068003d3b'];
        yield 'an object' => [(object) self::ADA];
        yield 'no issuer' => [array_diff_key(self::ADA, ['issuer' => ''])];
        yield 'no id' => [array_diff_key(self::ADA, ['id' => ''])];
        foreach (['issuer' => 1, 'id' => 1, 'fullName' => null, 'userType' => ['teacher'], 'roles' => 'teacher', 'loginasByAdmin' => 'no'] as $name => $value) {
            yield "another type of {$name}" => [[$name => $value] + self::ADA];
        }
    }

    public function testADumpShowsNoName(): void
    {
        $shown = print_r(new SessionIdentity(...self::ADA), true);
        self::assertStringContainsString(self::ADA['id'], $shown);
        self::assertStringNotContainsString('Ashworth', $shown);
    }
}
