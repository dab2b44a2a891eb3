<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;

/** Processes share Clever's keys through a file. Problems with the file are logged and never thrown. */
final class KeyCacheTest extends EmulatorCase
{
    private static int $made = 0;
    private string $folder;
    private string $file;
    /** @var list<string> The logged lines. */
    private array $told = [];

    /** @before */
    protected function makeAFolder(): void
    {
        $this->folder = sys_get_temp_dir() . '/clever-keys-' . bin2hex(random_bytes(8));
        mkdir($this->folder, 0700);
        $this->file = "{$this->folder}/keys";
    }

    /** @after */
    protected function removeTheFolder(): void
    {
        array_map(unlink(...), [...glob("{$this->folder}/*"), ...glob("{$this->folder}/.[!.]*")]);
        rmdir($this->folder);
    }

    /** Creates a new client, as in another process, by using another timeout each time. */
    private function fresh(mixed ...$more): Client
    {
        $logger = function (string $line): void {
            $this->told[] = $line;
        };
        return self::client(...$more + ['timeout' => 20.0 + ++self::$made, 'keyCache' => $this->file, 'logger' => $logger]);
    }

    private function reason(string $reason): string
    {
        return "the key cache {$this->file} is not used: {$reason}";
    }

    /** Reads the file, ignoring what PHP has cached about it. */
    private function state(): array
    {
        clearstatcache();
        $issuer = json_decode((string) file_get_contents($this->file))?->issuer;
        return [sprintf('%04o', fileperms($this->file) & 07777), is_link($this->file), $issuer === self::url()];
    }

    public function testTheFileIsCreatedWithoutAWarning(): void
    {
        $this->fresh()->warmUp();
        self::assertSame(['0600', false, true], $this->state());
        self::assertSame([$this->file], glob("{$this->folder}/*"));
        self::assertSame([], $this->told);
    }

    public function testAnotherProcessVerifiesWithTheKeysOfTheFile(): void
    {
        $this->fresh()->warmUp();
        $client = self::client();
        $callback = \CleverSso\Callback::parse(self::browse($client->authorizeUrl(nonce: 'n')));
        $token = $client->exchangeCode($callback->code)->idToken;
        $alone = $this->fresh(jwksUri: 'http://127.0.0.1:9/');
        self::assertSame('Ada', $alone->verifyIdToken($token, 'n')['given_name']);
    }

    public function testABrokenFileIsReplacedWithoutAWarning(): void
    {
        file_put_contents($this->file, '{"issuer":"' . self::url() . '","fresh_until":1,"jw');
        chmod($this->file, 0600);
        self::signedIn($this->fresh());
        self::assertSame(['0600', false, true], $this->state());
        self::assertSame([], $this->told);
    }

    public function testAFileThatOthersCanWriteGivesAWarningWhenTheClientIsMade(): void
    {
        $this->fresh()->warmUp();
        chmod($this->file, 0666);
        $client = $this->fresh();
        self::assertSame([$this->reason('others may write to it')], $this->told);
        self::signedIn($client);
        self::assertSame(['0600', false, true], $this->state());
        self::assertCount(1, $this->told);
    }

    public function testALinkIsNeitherReadNorReplaced(): void
    {
        $this->fresh()->warmUp();
        rename($this->file, "{$this->folder}/elsewhere");
        touch("{$this->folder}/elsewhere", 1);
        symlink("{$this->folder}/elsewhere", $this->file);
        self::signedIn($this->fresh());
        self::assertSame([$this->reason('it is not a regular file')], $this->told);
        clearstatcache();
        self::assertSame(['link', 1], [filetype($this->file), filemtime("{$this->folder}/elsewhere")]);
    }

    /** @dataProvider others */
    public function testAFileThatIsNotAKeyCacheIsNotReplaced(string $content): void
    {
        file_put_contents($this->file, $content);
        touch($this->file, 1);
        $client = $this->fresh();
        self::assertSame([$this->reason('it is not a key cache, so it is not replaced')], $this->told);
        self::assertSame('Ada', self::signedIn($client)->identity->name->first);
        self::signedIn($client);
        $client->warmUp();
        self::assertCount(1, $this->told);
        clearstatcache();
        self::assertSame([$content, 1], [file_get_contents($this->file), filemtime($this->file)]);
        self::assertSame([$this->file], glob("{$this->folder}/*"));
    }

    public static function others(): iterable
    {
        yield ['a text of someone else'];
        yield ['{}'];
        yield ['{"issuer":"https://clever.com","authorization_endpoint":"https://clever.com/oauth/authorize"}'];
        yield [' {"issuer":"x"}'];
        yield [str_repeat("\0", 20)];
    }

    public function testAnEmptyFileBecomesAKeyCache(): void
    {
        touch($this->file);
        self::signedIn($this->fresh());
        self::assertSame([], $this->told);
        self::assertSame(['0600', false, true], $this->state());
    }

    public function testTheCacheOfAnotherIssuerIsReplaced(): void
    {
        file_put_contents($this->file, '{"issuer":"https://another.example","fresh_until":1,"jwks":"{}"}');
        touch($this->file, 1);
        self::signedIn($this->fresh());
        self::assertSame([], $this->told);
        self::assertTrue($this->state()[2]);
    }

    /** @dataProvider lengths */
    public function testAPathThatIsTooLongGivesAWarning(string $below): void
    {
        $path = "{$this->folder}/{$below}";
        $client = $this->fresh(keyCache: $path);
        self::assertSame(["the key cache {$path} is not used: its path is too long"], $this->told);
        self::assertSame('Ada', self::signedIn($client)->identity->name->first);
        self::assertCount(1, $this->told);
    }

    public static function lengths(): iterable
    {
        yield [str_repeat('x', 256)];
        yield [str_repeat('x', 256) . '/keys'];
        yield [str_repeat('folder/', 600)];
        yield [str_repeat('x', 5000)];
    }

    public function testTheLongestFileNameIsAccepted(): void
    {
        $path = "{$this->folder}/" . str_repeat('x', 255);
        self::signedIn($this->fresh(keyCache: $path));
        self::assertSame([], $this->told);
        self::assertSame([$path], glob("{$this->folder}/*"));
    }

    public function testAClientAndALoggerThatReferToEachOtherAreFreed(): void
    {
        $logger = new class {
            public ?Client $client = null;

            public function warning(string $line): void
            {
            }
        };
        $logger->client = $this->fresh(logger: $logger);
        $freed = \WeakReference::create($logger->client);
        unset($logger);
        gc_collect_cycles();
        self::assertNull($freed->get());
    }

    public function testAPipeIsNeitherWaitedForNorReplaced(): void
    {
        exec('mkfifo ' . escapeshellarg($this->file));
        self::signedIn($this->fresh());
        self::assertSame([$this->reason('it is not a regular file')], $this->told);
        clearstatcache();
        self::assertSame('fifo', filetype($this->file));
    }

    public function testAnUnreadableFileGivesOneWarningAndNoPhpError(): void
    {
        // The system can open this file but not read it, as on a broken disk. Nothing can be written next to it.
        $client = $this->fresh(keyCache: '/proc/self/mem');
        self::assertSame('Ada', self::signedIn($client)->identity->name->first);
        self::assertCount(1, $this->told);
    }

    public function testTheStatCacheOfPhpIsNotUsed(): void
    {
        $client = $this->fresh();
        $client->warmUp();
        // PHP caches the state of the file now. Then another process changes the file.
        self::assertSame(0600, fileperms($this->file) & 07777);
        exec('chmod 666 ' . escapeshellarg($this->file));
        self::signedIn($client);
        self::assertSame([$this->reason('others may write to it')], $this->told);
        self::assertSame('0600', $this->state()[0]);
    }

    /** @dataProvider folders */
    public function testAMissingFolderGivesOneWarning(string $reason, string $below): void
    {
        touch("{$this->folder}/plain");
        $path = "{$this->folder}/{$below}/keys";
        $client = $this->fresh(keyCache: $path);
        self::assertSame(["the key cache {$path} is not used: {$reason}"], $this->told);
        self::signedIn($client);
        self::signedIn($client);
        self::assertCount(1, $this->told);
    }

    public static function folders(): iterable
    {
        yield ['there is no such folder', 'nowhere'];
        yield ['its parent is not a folder', 'plain'];
    }

    public function testAnExceptionOfTheLoggerDoesNotFailTheLogin(): void
    {
        $told = 0;
        $logger = function (string $line) use (&$told): void {
            $told++;
            throw new \RuntimeException($line);
        };
        $before = ini_set('error_log', "{$this->folder}/log");
        $path = "{$this->folder}/nowhere/keys";
        $client = $this->fresh(logger: $logger, keyCache: $path);
        self::assertSame('Ada', self::signedIn($client)->identity->name->first);
        ini_set('error_log', (string) $before);
        self::assertSame(1, $told);
        $lines = file("{$this->folder}/log");
        self::assertCount(1, $lines);
        self::assertStringContainsString("the key cache {$path} is not used: there is no such folder", $lines[0]);
    }

    public function testALineThatALoggerCannotTakeGoesToTheErrorLog(): void
    {
        $loggers = [
            new class {
                private function warning(string $line): void
                {
                }
            },
            new class {
                public function warning(int $level, string $line): void
                {
                }
            },
        ];
        $before = ini_set('error_log', "{$this->folder}/log");
        foreach ($loggers as $logger) {
            $this->fresh(logger: $logger, keyCache: "{$this->folder}/nowhere/keys");
        }
        ini_set('error_log', (string) $before);
        self::assertCount(2, file("{$this->folder}/log"));
    }

    public function testAPsr3LoggerGetsTheWarning(): void
    {
        require_once 'Psr/Log/autoload.php';
        $logger = new class extends \Psr\Log\AbstractLogger {
            public array $told = [];

            public function log($level, $message, array $context = []): void
            {
                $this->told[] = "{$level}: {$message}";
            }
        };
        $path = "{$this->folder}/nowhere/keys";
        $this->fresh(logger: $logger, keyCache: $path);
        $this->fresh(logger: $logger, keyCache: $this->file);
        self::assertSame(["warning: the key cache {$path} is not used: there is no such folder"], $logger->told);
    }

    public function testWithoutALoggerTheWarningGoesToTheErrorLog(): void
    {
        $before = ini_set('error_log', "{$this->folder}/log");
        $path = "{$this->folder}/nowhere/keys";
        self::signedIn($this->fresh(logger: null, keyCache: $path));
        ini_set('error_log', (string) $before);
        $lines = file("{$this->folder}/log");
        self::assertCount(1, $lines);
        self::assertStringContainsString("the key cache {$path} is not used: there is no such folder", $lines[0]);
    }
}
