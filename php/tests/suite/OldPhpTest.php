<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Traces;

require_once __DIR__ . '/ValuesTest.php';

/** The same tests without SensitiveParameter and SensitiveParameterValue, as in PHP 8.1. They run with any PHP. */
final class OldPhpTest extends ValuesTest
{
    /** @before */
    protected function forgetWhatPhpCanDo(): void
    {
        (new \ReflectionProperty(Traces::class, 'areSafe'))->setValue(null, false);
    }

    /** @after */
    protected function rememberWhatPhpCanDo(): void
    {
        (new \ReflectionProperty(Traces::class, 'areSafe'))->setValue(null, PHP_VERSION_ID >= 80200);
    }
}
