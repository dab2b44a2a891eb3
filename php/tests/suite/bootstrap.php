<?php

/* Runs before the tests: loads the classes for FFI if CLEVER_SSO_CLASSES names them. The extension already has its own. */

declare(strict_types=1);

// Before the first class is loaded: data providers and setUpBeforeClass run outside of a test.
require_once dirname(__DIR__) . '/scripts/strict.php';
require_once (string) getenv('CLEVER_SSO_CLASSES');
require_once dirname((new ReflectionClass(CleverSso\Web::class))->getFileName()) . '/Testing/FakeClient.php';
require_once __DIR__ . '/EmulatorCase.php';
