import { gitlab } from '../../../shared/providers/gitlab.ts';
import { startGitlab } from '../../doubles/gitlab.ts';
import type { ProviderAct } from '../provider/demo.ts';

export const act: ProviderAct = {
  title: 'a GitLab project access token',
  bundle: 'gitlab',
  handler: 'gitlab',
  provider: gitlab,
  start: startGitlab,
};
