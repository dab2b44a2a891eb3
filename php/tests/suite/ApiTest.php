<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\KeySet;
use CleverSso\Testing\Fake;

/** Compares the classes with the stub by reflection. The stub is loaded under another namespace. */
final class ApiTest extends EmulatorCase
{
    private const STUB = 'CleverSsoStub\\';
    private const REAL = 'CleverSso\\';
    /** Methods that hide data or forbid operations are not part of the stub. */
    private const BESIDE = ['__get', '__set', '__isset', '__unset', '__debuginfo', '__serialize', '__unserialize'];

    public static function setUpBeforeClass(): void
    {
        $stub = (string) file_get_contents((string) getenv('CLEVER_SSO_STUB'));
        $renamed = preg_replace('/^namespace CleverSso;/m', 'namespace CleverSsoStub;', $stub, -1, $count);
        self::assertSame(1, $count);
        eval(substr($renamed, strlen('<?php')));
    }

    public function testEveryClassMatchesTheStub(): void
    {
        $names = self::names();
        self::assertGreaterThan(25, count($names));
        foreach ($names as $name) {
            $real = new \ReflectionClass(self::REAL . $name);
            self::assertSame(self::described(new \ReflectionClass(self::STUB . $name)), self::described($real), $name);
        }
    }

    public function testEveryPublicClassIsInTheStub(): void
    {
        $public = fn(string $name): bool => !str_contains((string) (new \ReflectionClass($name))->getDocComment(), '@internal');
        $client = new \ReflectionClass(self::REAL . 'Client');
        if ($client->isInternal()) {
            $found = (new \ReflectionExtension('clever_sso'))->getClassNames();
        } else {
            $files = glob(dirname((string) $client->getFileName()) . '/*.php');
            $found = array_map(fn(string $file) => self::REAL . basename($file, '.php'), $files);
            $found = array_filter($found, fn(string $name) => (class_exists($name) || interface_exists($name)) && $public($name));
        }
        $found = array_map(fn(string $name) => substr($name, strlen(self::REAL)), $found);
        // Only FFI needs to find the library.
        self::assertEqualsCanonicalizing(self::names(), array_values(array_diff($found, ['LibraryFile'])));
    }

    /** @dataProvider raised */
    public function testPhpWarningsBecomeExceptionsInTheseTests(string $ofTheProvider): void
    {
        self::assertSame('ErrorException a warning', $ofTheProvider);
        self::assertSame('ErrorException a warning', self::thrown(fn() => @trigger_error('a warning', E_USER_DEPRECATED)));
    }

    public static function raised(): iterable
    {
        yield [self::thrown(fn() => @trigger_error('a warning', E_USER_WARNING))];
    }

    public function testNoClassCanBeUnserialized(): void
    {
        foreach (self::names() as $name) {
            $class = new \ReflectionClass(self::REAL . $name);
            if ($class->isInterface() || $class->isAbstract()) {
                continue;
            }
            $data = 'O:' . strlen($class->getName()) . ":\"{$class->getName()}\":0:{}";
            $said = self::thrown(fn() => unserialize($data));
            self::assertSame("Exception Unserialization of '{$class->getName()}' is not allowed", $said);
        }
    }

    /** Called without strict_types. For a function in C, PHP then only raises E_DEPRECATED, which error handlers turn into an exception. */
    public function testNullIsATypeErrorWhereItIsNotAllowed(): void
    {
        $tried = 0;
        foreach (self::names() as $name) {
            $class = new \ReflectionClass(self::REAL . $name);
            foreach (array_filter($class->getMethods(), fn(\ReflectionMethod $method) => self::isCalled($class, $method)) as $method) {
                foreach ($method->getParameters() as $position => $parameter) {
                    $type = $parameter->getType();
                    if ($type->allowsNull()) {
                        continue;
                    }
                    $count = max($position + 1, $method->getNumberOfRequiredParameters());
                    $arguments = array_map(self::typical(...), array_slice($method->getParameters(), 0, $count));
                    $arguments[$position] = null;
                    $declared = $method->getDeclaringClass()->getName();
                    self::assertStringStartsWith(
                        "TypeError {$declared}::{$method->getName()}(): Argument #" . ($position + 1) . " (\${$parameter->getName()})"
                            . " must be of type {$type}, null given",
                        self::thrown(fn() => self::called($class, $method, $arguments)),
                    );
                    $tried++;
                }
            }
        }
        self::assertGreaterThan(100, $tried);
    }

    private static function isCalled(\ReflectionClass $class, \ReflectionMethod $method): bool
    {
        $isMagic = str_starts_with($method->getName(), '__') && !$method->isConstructor();
        $isOurs = str_starts_with($method->getDeclaringClass()->getName(), self::REAL);
        return $class->isInstantiable() && $isOurs && $method->isPublic() && !$isMagic;
    }

    /** An argument of a parameter's type. */
    private static function typical(\ReflectionParameter $parameter): mixed
    {
        return match ((string) $parameter->getType()) {
            'string' => 'x',
            'int' => 1,
            'float' => 1.0,
            'bool' => false,
            'array' => [],
            self::REAL . 'Identity' => Fake::identity(),
            self::REAL . 'Tokens' => Fake::tokens(),
            self::REAL . 'Login' => Fake::login(),
            self::REAL . 'Name' => Fake::name(),
            default => null,
        };
    }

    /** @param list<mixed> $arguments */
    private static function called(\ReflectionClass $class, \ReflectionMethod $method, array $arguments): mixed
    {
        if ($method->isConstructor()) {
            return $class->newInstanceArgs($arguments);
        }
        $object = $method->isStatic() ? null : match ($class->getName()) {
            self::REAL . 'Client' => self::client(),
            self::REAL . 'KeySet' => new KeySet((string) file_get_contents(self::url('/oauth/certs'))),
            self::REAL . 'Report' => Fake::report(),
            default => new ($class->getName())(),
        };
        return $method->invokeArgs($object, $arguments);
    }

    /** @return list<string> */
    private static function names(): array
    {
        $all = array_merge(get_declared_classes(), get_declared_interfaces());
        $stubs = array_filter($all, fn(string $name) => str_starts_with($name, self::STUB));
        return array_values(array_map(fn(string $name) => substr($name, strlen(self::STUB)), $stubs));
    }

    /** @return array<string, mixed> */
    private static function described(\ReflectionClass $class): array
    {
        $isOwn = fn(\ReflectionMethod $method) => $method->getDeclaringClass()->getName() === $class->getName()
            && !in_array(strtolower($method->getName()), [...self::BESIDE, '__destruct'], true)
            && (!$method->isPrivate() || $method->getName() === '__clone');
        $isSeen = fn(\ReflectionProperty $property) => $property->getDeclaringClass()->getName() === $class->getName()
            && ($property->isPublic() || $property->getName() === 'hidden');
        $interfaces = array_map(self::real(...), $class->getInterfaceNames());
        sort($interfaces);
        $methods = array_map(self::method(...), array_filter($class->getMethods(), $isOwn));
        sort($methods);
        return [
            'final' => $class->isFinal(),
            'abstract' => $class->isAbstract(),
            'interface' => $class->isInterface(),
            'can be made' => $class->isInstantiable(),
            'can be cloned' => $class->isCloneable(),
            'parent' => $class->getParentClass() ? self::real($class->getParentClass()->getName()) : null,
            'interfaces' => $interfaces,
            'constants' => $class->getConstants(\ReflectionClassConstant::IS_PUBLIC),
            'properties' => array_values(array_map(self::property(...), array_filter($class->getProperties(), $isSeen))),
            'methods' => $methods,
        ];
    }

    private static function property(\ReflectionProperty $property): string
    {
        $kind = implode(' ', \Reflection::getModifierNames($property->getModifiers()));
        // PHP 8.1 has no SensitiveParameterValue: FFI has a class of its own there.
        $type = preg_replace('/^CleverSso\\\\Hidden\\|/', '', self::type($property->getType()));
        return "{$kind} {$type} \${$property->getName()}";
    }

    private static function method(\ReflectionMethod $method): string
    {
        $kind = implode(' ', \Reflection::getModifierNames($method->getModifiers()));
        $parameters = implode(', ', array_map(self::parameter(...), $method->getParameters()));
        return "{$method->getName()} ({$kind}) ({$parameters}): " . self::type($method->getReturnType());
    }

    private static function parameter(\ReflectionParameter $parameter): string
    {
        $secret = $parameter->getAttributes('SensitiveParameter') === [] ? '' : 'secret ';
        $hasDefault = $parameter->isDefaultValueAvailable();
        $default = $hasDefault ? ' = ' . var_export($parameter->getDefaultValue(), true) : '';
        return $secret . self::type($parameter->getType()) . " \${$parameter->getName()}{$default}";
    }

    private static function type(?\ReflectionType $type): string
    {
        $members = explode('|', self::real((string) $type));
        sort($members);
        return implode('|', $members);
    }

    private static function real(string $name): string
    {
        return str_replace(self::STUB, self::REAL, $name);
    }
}
