<?php

/** bin/console clever:doctor */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\ClientInterface;
use CleverSso\Exception as CleverSsoException;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/** Checks the settings, the routes, the network and Clever's keys. */
final class DoctorCommand extends Command
{
    public function __construct(private readonly Legs $legs, private readonly ClientInterface $client)
    {
        parent::__construct();
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $found = [];
        $misfit = $this->legs->misfit();
        if ($misfit !== null) {
            $found[] = $misfit;
        }
        try {
            $this->client->warmUp();
        } catch (CleverSsoException $error) {
            $found[] = $error->getMessage();
        }
        foreach ($found as $line) {
            $output->writeln($line, OutputInterface::OUTPUT_RAW);
        }
        $output->writeln($found === [] ? 'Log in with Clever is set up: Clever answers, and its keys can be used.' : 'Something is wrong.');
        return $found === [] ? self::SUCCESS : self::FAILURE;
    }
}
